import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { HardwareError } from '../../../src/hardware/driver.ts';
import { findHeaderChip, requireHeaderChip } from '../../../src/hardware/gpiochip/chip.ts';
import { devFolder, type FakeChip, FakeKernel } from './fake-kernel.ts';

describe("finding the header's chip", () => {
  it('the label decides, not the number', async (t) => {
    const place = machine(t, {
      gpiochip0: { label: 'gpio-brcmstb@107d508500', lines: 32 },
      gpiochip4: { label: 'pinctrl-rp1', lines: 54 },
    });
    const chip = await findHeaderChip(place);
    assert.deepEqual(chip, { path: `${place.devRoot}/gpiochip4`, label: 'pinctrl-rp1', lines: 54 });
  });

  for (const label of ['pinctrl-bcm2835', 'pinctrl-bcm2711', 'pinctrl-rp1']) {
    it(`${label} is a header`, async (t) => {
      const chip = await findHeaderChip(machine(t, { gpiochip0: { label } }));
      assert.equal(chip?.label, label);
    });
  }

  it('two names for one chip give the lower number', async (t) => {
    const place = machine(t, { gpiochip10: { label: 'pinctrl-rp1' }, gpiochip4: { label: 'pinctrl-rp1' } });
    assert.equal((await findHeaderChip(place))?.path, `${place.devRoot}/gpiochip4`);
  });

  it('a machine without chips has no header, and nothing is opened to find out', async (t) => {
    const { devRoot } = machine(t, {});
    assert.equal(await findHeaderChip({ devRoot }), undefined);
    assert.equal(await findHeaderChip({ devRoot: `${devRoot}/missing` }), undefined);
  });

  it('the search leaves nothing open', async (t) => {
    const place = machine(t, { gpiochip0: { label: 'other' }, gpiochip1: { label: 'pinctrl-rp1' } });
    await findHeaderChip(place);
    assert.equal(place.kernel.descriptors.size, 0);
  });

  it('a chip that may not be opened is an error that says what to do', async (t) => {
    const place = machine(t, { gpiochip0: { label: 'pinctrl-rp1', refuse: 'EACCES' } });
    await assert.rejects(findHeaderChip(place), (error) => {
      assert.ok(error instanceof HardwareError);
      assert.match(
        error.message,
        /^No permission on .*gpiochip0: add the user to the group gpio \(sudo usermod -aG gpio /,
      );
      return true;
    });
  });

  it('a forbidden chip does not matter when another one is the header', async (t) => {
    const place = machine(t, {
      gpiochip0: { label: 'unknown', refuse: 'EACCES' },
      gpiochip1: { label: 'pinctrl-bcm2711', lines: 58 },
    });
    assert.equal((await findHeaderChip(place))?.label, 'pinctrl-bcm2711');
  });

  it('a chip that vanishes during the search is passed over', async (t) => {
    const place = machine(t, { gpiochip0: { label: 'gone', refuse: 'ENXIO' } });
    assert.equal(await findHeaderChip(place), undefined);
  });

  it('whoever needs a header and has none is told what was seen', async (t) => {
    const place = machine(t, { gpiochip0: { label: 'INT34C5:00' }, gpiochip1: { label: 'pca9685' } });
    await assert.rejects(requireHeaderChip(place), {
      name: 'HardwareError',
      message: /pinctrl-rp1.*found only .*gpiochip0 \(INT34C5:00\), .*gpiochip1 \(pca9685\)/,
    });
    const empty = machine(t, {});
    await assert.rejects(requireHeaderChip(empty), { name: 'HardwareError', message: /there is no .*gpiochip\*/ });
  });
});

function machine(t: TestContext, chips: Record<string, FakeChip>) {
  const dev = devFolder([...Object.keys(chips), 'null', 'gpiomem0']);
  t.after(dev.remove);
  return { devRoot: dev.path, kernel: new FakeKernel(chips) };
}
