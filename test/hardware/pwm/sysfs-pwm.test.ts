import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { PwmOptions } from '../../../src/hardware/driver.ts';
import { SysfsPwm } from '../../../src/hardware/pwm/sysfs-pwm.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { refusal } from '../rig.ts';
import { FakePwmClass, FOLDER } from './fake-pwm-class.ts';

const DIM: PwmOptions = { active: 'high', initial: 0.25, frequencyHz: 1000 };
const MS = 1_000_000;

function aPwm() {
  const files = new FakePwmClass({ pwmchip0: { device: 'fe20c000.pwm' } });
  const clock = new FakeClock();
  return { files, clock, pwm: new SysfsPwm({ files, folder: FOLDER }, clock) };
}

describe('PWM through the files of the kernel', () => {
  it('a fresh channel gets its signal before it is switched on', async () => {
    const { files, pwm } = aPwm();
    await pwm.claim(18, DIM);
    assert.deepEqual(files.writes, ['export 0', `period ${MS}`, `duty_cycle ${MS / 4}`, 'enable 1']);
  });

  it('a channel that runs since the last start goes over without a gap', async () => {
    const { files, pwm } = aPwm();
    Object.assign(files.channel('pwmchip0', 0), { period: `${MS}`, duty_cycle: '5', enable: '1' });
    await pwm.claim(18, DIM);
    assert.deepEqual(files.writes, [`duty_cycle ${MS / 4}`]);
  });

  for (const [was, hz] of [
    [20 * MS, 8000],
    [MS / 10, 50],
  ] as const) {
    it(`a period goes from ${was} ns to ${hz} Hz, and the duty is never longer than it`, async () => {
      const { files, pwm } = aPwm();
      Object.assign(files.channel('pwmchip0', 1), { period: `${was}`, duty_cycle: `${was}`, enable: '1' });
      await pwm.claim(19, { ...DIM, frequencyHz: hz, initial: 1 });
      const period = String(1e9 / hz);
      assert.deepEqual(files.channel('pwmchip0', 1), {
        period,
        duty_cycle: period,
        polarity: 'normal',
        enable: '1',
      });
    });
  }

  it('a channel that somebody left inverted is put right', async () => {
    const { files, pwm } = aPwm();
    Object.assign(files.channel('pwmchip0', 0), { polarity: 'inversed', enable: '1', period: `${MS}` });
    await pwm.claim(18, DIM);
    assert.deepEqual(files.channel('pwmchip0', 0), {
      period: `${MS}`,
      duty_cycle: `${MS / 4}`,
      polarity: 'normal',
      enable: '1',
    });
  });

  for (const file of ['export', 'period']) {
    it(`udev may take a moment to open ${file} to the group`, async () => {
      const { files, clock, pwm } = aPwm();
      files.refuse.set(file, 'EACCES');
      const claimed = pwm.claim(18, DIM);
      await clock.advance(1000);
      files.refuse.clear();
      await clock.advance(100);
      (await claimed).write(1);
      assert.equal(files.channel('pwmchip0', 0).duty_cycle, `${MS}`);
    });

    it(`when ${file} stays closed, the path and the group are named`, async () => {
      const { files, clock, pwm } = aPwm();
      files.refuse.set(file, 'EACCES');
      const claimed = assert.rejects(
        pwm.claim(18, DIM),
        refusal(new RegExp(`^No permission on ${FOLDER}/pwmchip0/.*${file}: PWM is for the group gpio`)),
      );
      await clock.advance(10_000);
      await claimed;
      assert.equal(clock.waiting, 0);
    });
  }

  const REFUSALS: [file: string, code: string, message: RegExp][] = [
    ['export', 'EBUSY', /^channel 0 of pwmchip0 \(fe20c000\.pwm\) is already taken by the kernel itself$/],
    ['export', 'EROFS', /^.*\/export is closed to this service: docs\/hardware\.md/],
    ['period', 'EINVAL', /^channel 0 of pwmchip0 .* does not take a period of 1000000 ns: EINVAL$/],
    ['enable', 'EIO', /^channel 0 .* cannot be written \(.*\/pwm0\/enable\): EIO$/],
  ];
  for (const [file, code, message] of REFUSALS) {
    it(`${code} at ${file} is one sentence at once, and the channel can be claimed again`, async () => {
      const { files, clock, pwm } = aPwm();
      files.refuse.set(file, code);
      await assert.rejects(pwm.claim(18, DIM), refusal(message));
      assert.equal(clock.waiting, 0);
      files.refuse.clear();
      await pwm.claim(18, DIM);
    });
  }

  it('two pins that share a channel cannot both have it', async () => {
    const { pwm } = aPwm();
    await pwm.claim(12, DIM);
    await assert.rejects(pwm.claim(18, DIM), refusal(/^GPIO 18 .* channel 0 of .* is already taken by GPIO 12$/));
    await pwm.claim(19, DIM);
  });

  it('a write that fails later is a sentence, too', async () => {
    const { files, pwm } = aPwm();
    const lamp = await pwm.claim(18, DIM);
    files.refuse.set('duty_cycle', 'ENODEV');
    assert.throws(() => lamp.write(0.5), refusal(/^channel 0 .*cannot be written .*: ENODEV$/));
  });

  it('the end leaves the signal as it is', async () => {
    const { files, pwm } = aPwm();
    await pwm.claim(18, DIM);
    const writes = files.writes.length;
    pwm.close();
    assert.equal(files.writes.length, writes);
  });
});
