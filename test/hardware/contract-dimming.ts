import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { Driver, PwmOptions, ServoLine } from '../../src/hardware/driver.ts';
import { type Rig, refusal, shows } from './rig.ts';

type Meter = NonNullable<Rig['pwm']>;

/** A chip's steps are not ours: the coarsest one here has 200. */
const TOLERANCE = 0.005;

function assertNear(actual: number, expected: number): void {
  assert.ok(Math.abs(actual - expected) <= TOLERANCE, `${actual} is not ${expected}`);
}

const aPwm = (changes: Partial<PwmOptions> = {}): PwmOptions => ({
  active: 'high',
  initial: 0,
  frequencyHz: 1000,
  ...changes,
});

/** What every driver does that has the capability `pwm`. */
export function dimmingContract(driver: () => Driver, rig: Rig, { pins: [lamp, fan], duty, channelOf }: Meter): void {
  const dim = (pin: number, changes: Partial<PwmOptions> = {}) =>
    driver().pwm(pin, aPwm({ ...channelOf?.(pin), ...changes }));
  const high = (active: string, level: number) => (active === 'high' ? level : 1 - level);

  for (const active of ['high', 'low'] as const) {
    it(`a dimmed output with active ${active} has its first level from the claim on`, async () => {
      const line = await dim(lamp, { active, initial: 0.25 });
      assertNear(duty(lamp), high(active, 0.25));
      assertNear(line.read(), 0.25);
    });

    for (const level of [0, 0.3, 1]) {
      it(`a level of ${level} with active ${active} shows on the pin and when read back`, async (t) => {
        const line = await dim(lamp, { active, initial: 0.5 });
        line.write(level);
        await shows(t, rig, () => assertNear(duty(lamp), high(active, level)));
        assertNear(line.read(), level);
      });
    }
  }

  it('dimmed outputs do not disturb each other', async (t) => {
    const first = await dim(lamp, { initial: 0.2 });
    const second = await dim(fan, { initial: 0.8 });
    first.write(0.4);
    second.write(0.6);
    await shows(t, rig, () => assertNear(duty(lamp), 0.4));
    await shows(t, rig, () => assertNear(duty(fan), 0.6));
  });

  for (const level of [-0.1, 1.1, Number.NaN]) {
    it(`a level of ${level} is refused, and changes nothing`, async () => {
      const line = await dim(lamp, { initial: 0.5 });
      assert.throws(() => line.write(level), refusal(/GPIO .* no level .*0 to 1/));
      assertNear(line.read(), 0.5);
      await assert.rejects(dim(fan, { initial: level }), refusal(/GPIO .* no level/));
      await dim(fan);
    });
  }

  it('a dimmed pin is claimed once, whatever for', async () => {
    await dim(lamp);
    await assert.rejects(dim(lamp), refusal(/already taken/));
    await assert.rejects(driver().output(lamp, { active: 'high', initial: false }), refusal(/already taken/));
    await driver().output(fan, { active: 'high', initial: false });
    await assert.rejects(dim(fan), refusal(/already taken/));
  });

  for (const level of [0, 1]) {
    it(`a dimmed output stays ${level === 1 ? 'fully on' : 'off'} when the driver is closed`, async () => {
      const line = await dim(lamp, { initial: 0.5 });
      line.write(level);
      await driver().close();
      assertNear(duty(lamp), level);
      assert.throws(() => line.write(0.5), refusal(/GPIO/));
    });
  }
}

/** What every driver does that has the capability `servo`. */
export function servoContract(driver: () => Driver, rig: Rig, pulseUs: (pin: number) => number): void {
  const SERVO = 23;
  const claim = async (first: number): Promise<ServoLine> => {
    const line = await driver().servo?.(SERVO, { pulseUs: first });
    assert.ok(line, 'a driver that names the capability has the call');
    return line;
  };

  it('a servo gets the pulse that was asked for, and none at 0', async (t) => {
    const line = await claim(1500);
    assert.equal(pulseUs(SERVO), 1500);
    for (const pulse of [500, 2500, 0]) {
      line.write(pulse);
      await shows(t, rig, () => assert.equal(pulseUs(SERVO), pulse));
      assert.equal(line.read(), pulse);
    }
  });

  it('a pulse that could break a servo is refused', async () => {
    const line = await claim(1500);
    for (const pulse of [499, 2501, -1, Number.NaN]) {
      assert.throws(() => line.write(pulse), refusal(/GPIO 23 .*500 to 2500 µs/));
    }
    assert.equal(pulseUs(SERVO), 1500);
  });
}
