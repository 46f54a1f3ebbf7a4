import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { systemClock } from '../../src/clock.ts';
import { openHardware } from '../../src/hardware/open.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { aBoard, type BoardOptions } from './pigpio/a-board.ts';
import { FakeChildren } from './pigpio/fake-children.ts';

const NO_CHIP = { name: 'HardwareError', message: /^No Raspberry Pi header controller/ };

describe('which driver is opened', () => {
  it('auto takes a working pigpio on a Pi, and says so', async (t) => {
    const { driver, why } = await openHardware('auto', aPi(t));
    t.after(() => driver.close());
    assert.equal(driver.name, 'pigpio');
    assert.equal(why, 'this is a Raspberry Pi 4 Model B Rev 1.5 with pigpio');
  });

  for (const options of [{ uid: 1000 }, { installed: 'source only' }, { revision: 0xc04170 }] as const) {
    it(`auto goes on to the GPIO chip of a Pi with ${JSON.stringify(options)}, and starts no process`, async (t) => {
      const { pigpio, ...machine } = aPi(t, options);
      const start = () => assert.fail('a process was started');
      // There is no chip in this folder: its error shows which driver was next.
      await assert.rejects(openHardware('auto', { ...machine, pigpio: { ...pigpio, start } }), NO_CHIP);
    });
  }

  it('auto goes on to the GPIO chip when pigpio does not start', async (t) => {
    const machine = aPi(t);
    machine.children.stillborn = "Can't lock /var/run/pigpio.pid";
    await assert.rejects(openHardware('auto', machine), NO_CHIP);
    assert.equal(machine.children.starts, 1);
  });

  it('pigpio that was asked for and does not start is an error, and nothing else is tried', async (t) => {
    const machine = aPi(t);
    machine.children.stillborn = "Can't lock /var/run/pigpio.pid";
    await assert.rejects(openHardware('pigpio', machine), { message: /^pigpio did not start: .*Can't lock/ });
    await assert.rejects(openHardware('pigpio', aPi(t, { uid: 1000 })), { message: /^pigpio cannot be used: .* root/ });
  });

  it('auto simulates on a machine that is no Pi', async (t) => {
    const root = temporaryFolder(t);
    const { driver, why } = await openHardware('auto', { clock: systemClock, root });
    assert.deepEqual([driver.name, why], ['simulated', "this is not a Raspberry Pi, and no Pi's header was found"]);
  });
});

function aPi(t: TestContext, options: BoardOptions = {}) {
  const { root, board } = aBoard(temporaryFolder(t), options);
  const model = join(root, 'proc/device-tree/model');
  mkdirSync(dirname(model), { recursive: true });
  writeFileSync(model, 'Raspberry Pi 4 Model B Rev 1.5\0');
  const children = new FakeChildren();
  return { clock: systemClock, root, children, pigpio: { board, start: children.start } };
}
