import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as uapi from '../../../src/hardware/gpiochip/uapi.ts';
import { lineEvent } from './fake-kernel.ts';

describe('the bytes of the GPIO character device', () => {
  it('the call numbers are those of linux/gpio.h', () => {
    const { GET_CHIP_INFO, GET_LINE_INFO, GET_LINE, GET_VALUES, SET_VALUES } = uapi;
    assert.deepEqual(
      [GET_CHIP_INFO, GET_LINE_INFO, GET_LINE, GET_VALUES, SET_VALUES],
      [0x8044b401, 0xc100b405, 0xc250b407, 0xc010b40e, 0xc010b40f],
    );
  });

  it('a request for an output carries pin, consumer, flags and the initial state', () => {
    const flags = uapi.FLAG.output | uapi.FLAG.activeLow;
    const bytes = uapi.encodeLineRequest({ offset: 17, consumer: 'edge', flags, initial: true });
    assert.equal(bytes.length, 592);
    assert.equal(bytes.readUInt32LE(0), 17);
    assert.equal(bytes.toString('utf8', 256, 261), 'edge\0');
    assert.equal(bytes.readBigUInt64LE(288), 0b1010n);
    assert.equal(bytes.readUInt32LE(296), 1, 'one attribute');
    assert.deepEqual(attribute(bytes, 0), { id: 2, value: 1n, mask: 1n });
    assert.equal(bytes.readUInt32LE(560), 1, 'one line');
  });

  it('an output that starts off says so, instead of leaving it to the kernel', () => {
    const bytes = uapi.encodeLineRequest({ offset: 4, consumer: 'edge', flags: uapi.FLAG.output, initial: false });
    assert.deepEqual(attribute(bytes, 0), { id: 2, value: 0n, mask: 1n });
  });

  it('a request for an input carries the debounce period in microseconds and the size of the event queue', () => {
    const request = { offset: 27, consumer: 'edge', flags: uapi.FLAG.input, debounceUs: 20_000, eventBufferSize: 256 };
    const bytes = uapi.encodeLineRequest(request);
    assert.equal(bytes.readUInt32LE(296), 1);
    assert.deepEqual(attribute(bytes, 0), { id: 3, value: 20_000n, mask: 1n });
    assert.equal(bytes.readUInt32LE(564), 256);
  });

  it('a debounce period of zero is no attribute', () => {
    const bytes = uapi.encodeLineRequest({ offset: 27, consumer: 'edge', flags: uapi.FLAG.input, debounceUs: 0 });
    assert.equal(bytes.readUInt32LE(296), 0);
  });

  it('a consumer that is too long is cut and still ends with a zero', () => {
    const bytes = uapi.encodeLineRequest({ offset: 1, consumer: 'x'.repeat(40), flags: 0n });
    assert.equal(bytes.readUInt8(287), 0);
    assert.equal(bytes.readUInt8(286), 'x'.charCodeAt(0));
  });

  it('names end at the first zero, or fill their field', () => {
    const bytes = uapi.lineInfoRequest(26);
    bytes.write('GPIO26\0rest', 0);
    bytes.write('y'.repeat(32), 32);
    bytes.writeBigUInt64LE(uapi.FLAG.used, 72);
    assert.deepEqual(uapi.decodeLineInfo(bytes), { name: 'GPIO26', consumer: 'y'.repeat(32), flags: 1n });
    assert.equal(bytes.readUInt32LE(64), 26);
  });

  it('a value is one bit below its mask', () => {
    const values = uapi.lineValues();
    uapi.writeValue(values, true);
    assert.deepEqual([values.readBigUInt64LE(0), values.readBigUInt64LE(8)], [1n, 1n]);
    assert.equal(uapi.readValue(values), true);
    uapi.writeValue(values, false);
    assert.equal(uapi.readValue(values), false);
  });

  it('edges are decoded in order, and a torn event at the end is left alone', () => {
    const bytes = Buffer.concat([lineEvent(true), lineEvent(false), lineEvent(true).subarray(0, 20)]);
    assert.deepEqual(uapi.decodeEdges(bytes), [true, false]);
  });
});

function attribute(request: Buffer, index: number) {
  const start = 320 + 24 * index;
  return {
    id: request.readUInt32LE(start),
    value: request.readBigUInt64LE(start + 8),
    mask: request.readBigUInt64LE(start + 16),
  };
}
