import { execFileSync } from 'node:child_process';
import type { Rig } from '../hardware/rig.ts';

/** A PCA9685 on the fake I2C bus. */
const ADDRESS = '0x41';
const STEPS = 4096;
/** In the high byte of a time: the whole period, whatever the time says. */
const WHOLE_PERIOD = 0x10;

function register(number: number): number {
  const bus = process.env.I2C_STUB_BUS ?? '';
  return Number(execFileSync('i2cget', ['-f', '-y', bus, ADDRESS, String(number)], { encoding: 'utf8' }));
}

const channelOf = (pin: number) => ({ chip: 0, channel: pin - 18 });

/** The bench's PWM chip, read where its chip would read: channel 0 stands for GPIO 18, and so on. */
export const pwmBoard: NonNullable<Rig['pwm']> = {
  pins: [18, 19],
  channelOf,
  duty(pin) {
    const [, onHigh = 0, offLow = 0, offHigh = 0] = [0, 1, 2, 3].map((n) =>
      register(6 + 4 * channelOf(pin).channel + n),
    );
    if (offHigh & WHOLE_PERIOD) return 0;
    if (onHigh & WHOLE_PERIOD) return 1;
    return (((offHigh & 0xf) << 8) | offLow) / STEPS;
  },
};
