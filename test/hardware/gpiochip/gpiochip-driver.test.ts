import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { openGpiochip } from '../../../src/hardware/gpiochip/gpiochip-driver.ts';
import { GET_CHIP_INFO, GET_LINE } from '../../../src/hardware/gpiochip/uapi.ts';
import { devFolder, type FakeChip, FakeKernel } from './fake-kernel.ts';

const BUTTON = { pull: 'up', active: 'low', debounceMs: 20 } as const;

describe('the gpiochip driver', () => {
  it('sets the level of an output in the call that claims it, so that it shows no other before', async (t) => {
    const { driver, kernel } = await aDriver(t);
    await driver.output(17, { active: 'low', initial: true });
    assert.deepEqual(kernel.requests, [GET_CHIP_INFO, GET_LINE]);
  });

  it('names chip, pin and holder of a line that is taken', async (t) => {
    const { driver, chip } = await aDriver(t, { taken: { 26: 'kernel-user' } });
    const message = `GPIO 26 on ${chip} (pinctrl-rp1) is already taken by "kernel-user"`;
    await assert.rejects(driver.output(26, { active: 'high', initial: false }), { name: 'HardwareError', message });
    await assert.rejects(driver.input(26, BUTTON), { name: 'HardwareError', message });
  });

  it('says only that a line is taken when its holder has no name', async (t) => {
    const { driver, chip } = await aDriver(t, { taken: { 5: '' } });
    await assert.rejects(driver.input(5, BUTTON), { message: `GPIO 5 on ${chip} (pinctrl-rp1) is already taken` });
  });

  it('refuses a pin that is on the chip but not on the header', async (t) => {
    const { driver, chip } = await aDriver(t);
    await assert.rejects(driver.input(40, BUTTON), {
      name: 'HardwareError',
      message: `GPIO 40 is not on the header of ${chip} (pinctrl-rp1): pins are 0 to 27`,
    });
  });

  it('refuses to write or claim after it is closed', async (t) => {
    const { driver } = await aDriver(t);
    const led = await driver.output(17, { active: 'high', initial: false });
    await driver.close();
    assert.throws(() => led.write(true), { name: 'HardwareError', message: /GPIO 17 .* it is released/ });
    await assert.rejects(driver.output(22, { active: 'high', initial: false }), { name: 'HardwareError' });
  });

  it('reports a line that is pulled from under it as a sentence', async (t) => {
    const { driver, kernel, chip } = await aDriver(t);
    const led = await driver.output(17, { active: 'high', initial: false });
    kernel.descriptors.delete(kernel.lineFd(17));
    assert.throws(() => led.write(true), {
      name: 'HardwareError',
      message: `GPIO 17 on ${chip} (pinctrl-rp1) cannot be written: EBADF`,
    });
  });

  it('leaves no descriptor open and nothing watched', async (t) => {
    const { driver, kernel } = await aDriver(t);
    await driver.output(17, { active: 'high', initial: false });
    const button = await driver.input(27, BUTTON);
    const fd = kernel.lineFd(27);
    button.onEdge(() => {});
    assert.equal(kernel.isWatched(fd), true);
    await driver.close();
    assert.equal(kernel.isWatched(fd), false);
    assert.equal(kernel.descriptors.size, 0);
  });
});

describe('edges of the gpiochip driver', () => {
  it('a burst larger than one read arrives complete and in order', async (t) => {
    const { driver, kernel } = await aDriver(t);
    const button = await driver.input(27, BUTTON);
    const heard: boolean[] = [];
    button.onEdge((active) => heard.push(active));
    const burst = Array.from({ length: 41 }, (_, index) => index % 2 === 0);
    kernel.edges(kernel.lineFd(27), ...burst);
    assert.deepEqual(heard, burst);
  });

  it('the same state twice in a row is one change', async (t) => {
    const { driver, kernel } = await aDriver(t);
    const heard: boolean[] = [];
    (await driver.input(27, BUTTON)).onEdge((active) => heard.push(active));
    kernel.edges(kernel.lineFd(27), true, true, false, false, true);
    assert.deepEqual(heard, [true, false, true]);
  });

  it('an edge to the state that the line was claimed in is no change', async (t) => {
    const { driver, kernel } = await aDriver(t);
    const button = await driver.input(27, BUTTON);
    const heard: boolean[] = [];
    button.onEdge((active) => heard.push(active));
    kernel.edges(kernel.lineFd(27), button.read(), true);
    assert.deepEqual(heard, [true]);
  });

  it('a listener that closes the driver hears no more', async (t) => {
    const { driver, kernel } = await aDriver(t);
    const heard: boolean[] = [];
    (await driver.input(27, BUTTON)).onEdge((active) => {
      heard.push(active);
      void driver.close();
    });
    kernel.edges(kernel.lineFd(27), true, false, true);
    assert.deepEqual(heard, [true]);
  });

  it('a chip that goes away ends the watch instead of spinning', async (t) => {
    const { driver, kernel } = await aDriver(t);
    const button = await driver.input(27, BUTTON);
    const fd = kernel.lineFd(27);
    button.onEdge(() => assert.fail('no edge was queued'));
    kernel.readError = 'ENODEV';
    kernel.edges(fd, true);
    assert.equal(kernel.isWatched(fd), false);
  });
});

async function aDriver(t: TestContext, chip: Partial<FakeChip> = {}) {
  const dev = devFolder(['gpiochip0']);
  t.after(dev.remove);
  const kernel = new FakeKernel({ gpiochip0: { label: 'pinctrl-rp1', ...chip } });
  const driver = await openGpiochip({ devRoot: dev.path, kernel });
  return { driver, kernel, chip: `${dev.path}/gpiochip0` };
}
