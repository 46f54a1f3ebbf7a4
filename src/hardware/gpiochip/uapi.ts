/**
 * The GPIO character device, uAPI v2, as bytes: `include/uapi/linux/gpio.h` of the kernel.
 * Every structure has the same layout on 32 and 64 bits; numbers are little endian on every Raspberry Pi and PC.
 */

const CHIP_INFO_BYTES = 68;
const LINE_INFO_BYTES = 256;
const LINE_REQUEST_BYTES = 592;
const LINE_VALUES_BYTES = 16;
export const LINE_EVENT_BYTES = 48;

/** `_IOC` of `asm-generic/ioctl.h`: direction (1 writes, 2 reads), size, type 0xB4, number. */
const ioc = (direction: 2 | 3, number: number, bytes: number) =>
  ((direction << 30) | (bytes << 16) | (0xb4 << 8) | number) >>> 0;

export const GET_CHIP_INFO = ioc(2, 0x01, CHIP_INFO_BYTES);
export const GET_LINE_INFO = ioc(3, 0x05, LINE_INFO_BYTES);
export const GET_LINE = ioc(3, 0x07, LINE_REQUEST_BYTES);
export const GET_VALUES = ioc(3, 0x0e, LINE_VALUES_BYTES);
export const SET_VALUES = ioc(3, 0x0f, LINE_VALUES_BYTES);

/** `GPIO_V2_LINE_FLAG_*`. */
export const FLAG = {
  used: 1n << 0n,
  activeLow: 1n << 1n,
  input: 1n << 2n,
  output: 1n << 3n,
  risingEdge: 1n << 4n,
  fallingEdge: 1n << 5n,
  pullUp: 1n << 8n,
  pullDown: 1n << 9n,
  pullOff: 1n << 10n,
} as const;

const ATTRIBUTE_OUTPUT_VALUES = 2;
const ATTRIBUTE_DEBOUNCE = 3;
const RISING_EDGE = 1;

/** One line is asked for at a time, so it is always the first bit of every mask. */
const THE_LINE = 1n;
const CONFIG = 288;
const ATTRIBUTES = CONFIG + 32;
const ATTRIBUTE_BYTES = 24;

export interface LineRequest {
  offset: number;
  consumer: string;
  flags: bigint;
  /** Outputs: the logical state that the claim itself sets. */
  initial?: boolean;
  debounceUs?: number;
  /** How many edges the kernel keeps until they are read; then the oldest goes first. */
  eventBufferSize?: number;
}

export function encodeLineRequest(request: LineRequest): Buffer {
  const bytes = Buffer.alloc(LINE_REQUEST_BYTES);
  bytes.writeUInt32LE(request.offset, 0);
  bytes.write(request.consumer, 256, 31);
  bytes.writeBigUInt64LE(request.flags, CONFIG);

  let attributes = 0;
  const attribute = (id: number, value: bigint) => {
    const start = ATTRIBUTES + attributes * ATTRIBUTE_BYTES;
    bytes.writeUInt32LE(id, start);
    bytes.writeBigUInt64LE(value, start + 8);
    bytes.writeBigUInt64LE(THE_LINE, start + 16);
    attributes += 1;
  };
  if (request.initial !== undefined) attribute(ATTRIBUTE_OUTPUT_VALUES, request.initial ? THE_LINE : 0n);
  if (request.debounceUs) attribute(ATTRIBUTE_DEBOUNCE, BigInt(request.debounceUs));
  bytes.writeUInt32LE(attributes, CONFIG + 8);

  bytes.writeUInt32LE(1, 560);
  bytes.writeUInt32LE(request.eventBufferSize ?? 0, 564);
  return bytes;
}

/** The descriptor of the claimed line, which the kernel writes into the request. */
export const decodeLineDescriptor = (request: Buffer): number => request.readInt32LE(588);

export const emptyChipInfo = (): Buffer => Buffer.alloc(CHIP_INFO_BYTES);

export const decodeChipInfo = (bytes: Buffer) => ({
  name: text(bytes, 0, 32),
  label: text(bytes, 32, 32),
  lines: bytes.readUInt32LE(64),
});

export function lineInfoRequest(offset: number): Buffer {
  const bytes = Buffer.alloc(LINE_INFO_BYTES);
  bytes.writeUInt32LE(offset, 64);
  return bytes;
}

export const decodeLineInfo = (bytes: Buffer) => ({
  name: text(bytes, 0, 32),
  consumer: text(bytes, 32, 32),
  flags: bytes.readBigUInt64LE(72),
});

/** `{ bits, mask }` of one line; the buffer can be used again and again. */
export function lineValues(): Buffer {
  const bytes = Buffer.alloc(LINE_VALUES_BYTES);
  bytes.writeBigUInt64LE(THE_LINE, 8);
  return bytes;
}

export const readValue = (values: Buffer): boolean => (values.readUInt8(0) & 1) === 1;
export const writeValue = (values: Buffer, on: boolean): void => {
  values.writeUInt8(on ? 1 : 0, 0);
};

/** The logical states that a read of the line's descriptor brought, oldest first. */
export function decodeEdges(bytes: Buffer): boolean[] {
  const edges: boolean[] = [];
  for (let start = 0; start + LINE_EVENT_BYTES <= bytes.length; start += LINE_EVENT_BYTES) {
    edges.push(bytes.readUInt32LE(start + 8) === RISING_EDGE);
  }
  return edges;
}

function text(bytes: Buffer, start: number, length: number): string {
  const field = bytes.subarray(start, start + length);
  const end = field.indexOf(0);
  return field.toString('utf8', 0, end < 0 ? length : end);
}
