import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { HardwareError, HardwareUnsupported } from '../../../src/hardware/driver.ts';
import { findChannel, type Wanted } from '../../../src/hardware/pwm/find-channel.ts';
import { FakePwmClass, FOLDER } from './fake-pwm-class.ts';

const PI_4 = { pwmchip0: { device: 'fe20c000.pwm' } };
/** The fan's chip comes first on some kernels; it is no header. */
const PI_5 = {
  pwmchip0: { device: '1f0009c000.pwm', channels: 4 },
  pwmchip2: { device: '1f00098000.pwm', channels: 4 },
};
const EXTRA_BOARD = { ...PI_4, pwmchip1: { device: '1-0041', channels: 17 } };

const find = (chips: ConstructorParameters<typeof FakePwmClass>[0], wanted: Wanted) =>
  findChannel({ files: new FakePwmClass(chips), folder: FOLDER }, wanted);

describe('the PWM channel of a pin', () => {
  for (const [pin, channel] of [
    [12, 0],
    [13, 1],
    [18, 0],
    [19, 1],
  ] as const) {
    for (const device of ['20c000.pwm', '3f20c000.pwm', 'fe20c000.pwm']) {
      it(`GPIO ${pin} is channel ${channel} of ${device}`, () => {
        const found = find({ pwmchip3: { device } }, { pin });
        const name = `channel ${channel} of pwmchip3 (${device})`;
        assert.deepEqual(found, { chip: `${FOLDER}/pwmchip3`, number: channel, name });
      });
    }
  }

  for (const [pin, channel] of [
    [12, 0],
    [13, 1],
    [18, 2],
    [19, 3],
  ] as const) {
    it(`GPIO ${pin} of a Pi 5 is channel ${channel} of the header's chip, not of the fan's`, () => {
      assert.equal(find(PI_5, { pin }).name, `channel ${channel} of pwmchip2 (1f00098000.pwm)`);
    });
  }

  it("the second PWM of a Pi 4, which makes sound, is not the header's", () => {
    assert.throws(() => find({ pwmchip0: { device: 'fe20c800.pwm' } }, { pin: 18 }), HardwareUnsupported);
  });

  it('chip and channel that are named win over the pin', () => {
    const named = find(EXTRA_BOARD, { pin: 4, chip: 1, channel: 16 });
    assert.equal(named.name, 'channel 16 of pwmchip1 (1-0041)');
    assert.equal(find(PI_5, { pin: 14, chip: 2, channel: 2 }).name, 'channel 2 of pwmchip2 (1f00098000.pwm)');
    assert.equal(find(PI_4, { pin: 18, channel: 1 }).number, 1);
    assert.equal(find(PI_4, { pin: 19, chip: 0 }).number, 1);
  });

  const REFUSALS: [chips: Parameters<typeof find>[0], wanted: Wanted, unsupported: boolean, message: RegExp][] = [
    [
      PI_4,
      { pin: 17 },
      true,
      /^GPIO 17 cannot be dimmed: the PWM of the header is on GPIO 12, 13, 18 and 19\. .*pigpio/,
    ],
    [{}, { pin: 18 }, true, /PWM of the header is off\. Add "dtoverlay=pwm-2chan" to \/boot\/firmware\/config\.txt/],
    [{}, { pin: 13 }, true, /Add "dtoverlay=pwm-2chan,pin=12,func=4,pin2=13,func2=4" to/],
    [
      EXTRA_BOARD,
      { pin: 18, chip: 7 },
      false,
      /^There is no pwmchip7: .*pwmchip0 \(fe20c000\.pwm\), pwmchip1 \(1-0041\)$/,
    ],
    [{}, { pin: 18, chip: 0 }, false, /^There is no pwmchip0: this machine has none$/],
    [EXTRA_BOARD, { pin: 18, chip: 1 }, false, /^GPIO 18: which channel of pwmchip1 \(1-0041\) is meant\?/],
    [EXTRA_BOARD, { pin: 18, chip: 1, channel: 17 }, false, /^pwmchip1 \(1-0041\) has no channel 17: it has 0 to 16$/],
  ];
  for (const [chips, wanted, unsupported, message] of REFUSALS) {
    it(`${JSON.stringify(wanted)} among ${Object.keys(chips).length} chips is refused with a reason`, () => {
      assert.throws(
        () => find(chips, wanted),
        (error: unknown) => {
          assert.ok(error instanceof HardwareError);
          assert.equal(error instanceof HardwareUnsupported, unsupported);
          assert.match(error.message, message);
          return true;
        },
      );
    });
  }
});
