import { EventEmitter } from 'node:events';
import type { Level } from '../rig.ts';

const FREQUENCIES = [8000, 4000, 2000, 1600, 1000, 800, 500, 400, 320, 250, 200, 160, 100, 80, 50, 40, 20, 10];

/** The wires of a header: what is on them outlives every process that drives them. */
export class Wires {
  readonly levels = new Map<number, Level>();
  readonly duties = new Map<number, number>();
  readonly pulses = new Map<number, number>();
  readonly #inputs = new Map<number, (level: Level) => void>();
  /** Pins that pigpio does not take writes to. */
  readonly refused = new Set<number>();
  /** Everything that was called, in order, as "17 digitalWrite 1". */
  readonly calls: string[] = [];

  pull(pin: number, level: Level): void {
    if (this.levels.get(pin) === level) return;
    this.levels.set(pin, level);
    this.#inputs.get(pin)?.(level);
  }

  connect(pin: number, input: (level: Level) => void): void {
    this.#inputs.set(pin, input);
  }

  disconnect(): void {
    this.#inputs.clear();
  }
}

/** The part of the npm package that drives pins, on wires in memory. */
export function fakeLibrary(wires: Wires): Pick<typeof import('pigpio'), 'Gpio'> {
  class Gpio extends EventEmitter {
    static readonly INPUT = 0;
    static readonly PUD_OFF = 0;
    static readonly PUD_DOWN = 1;
    static readonly PUD_UP = 2;
    readonly #pin: number;
    #range = 255;
    #frequency = 800;
    #steadyMs = 0;
    #settled: Level = 0;
    #timer: NodeJS.Timeout | undefined;

    constructor(pin: number) {
      super();
      this.#pin = pin;
    }

    digitalWrite(level: Level): void {
      this.#note('digitalWrite', level);
      if (wires.refused.has(this.#pin)) throw new Error('pigpio error -3 in gpioWrite');
      wires.levels.set(this.#pin, level);
    }

    digitalRead(): Level {
      return wires.levels.get(this.#pin) ?? 0;
    }

    mode(mode: number): void {
      this.#note('mode', mode);
    }

    pullUpDown(pull: number): void {
      this.#note('pullUpDown', pull);
      if (pull !== Gpio.PUD_OFF) wires.levels.set(this.#pin, pull === Gpio.PUD_UP ? 1 : 0);
    }

    glitchFilter(steadyUs: number): void {
      this.#note('glitchFilter', steadyUs);
      this.#steadyMs = steadyUs / 1000;
    }

    enableAlert(): void {
      this.#settled = this.digitalRead();
      wires.connect(this.#pin, () => this.#changed());
    }

    pwmRange(range: number): void {
      this.#range = range;
    }

    pwmFrequency(frequency: number): void {
      this.#note('pwmFrequency', frequency);
      const distance = (offered: number) => Math.abs(offered - frequency);
      this.#frequency = FREQUENCIES.reduce((best, offered) => (distance(offered) < distance(best) ? offered : best));
    }

    getPwmFrequency(): number {
      return this.#frequency;
    }

    pwmWrite(duty: number): void {
      this.#note('pwmWrite', duty);
      wires.duties.set(this.#pin, duty / this.#range);
    }

    servoWrite(pulseUs: number): void {
      wires.pulses.set(this.#pin, pulseUs);
    }

    #changed(): void {
      clearTimeout(this.#timer);
      if (this.#steadyMs === 0) this.#settle();
      else this.#timer = setTimeout(() => this.#settle(), this.#steadyMs);
    }

    #settle(): void {
      const level = this.digitalRead();
      if (level === this.#settled) return;
      this.#settled = level;
      this.emit('alert', level, 0);
    }

    #note(call: string, value: number): void {
      wires.calls.push(`${this.#pin} ${call} ${value}`);
    }
  }
  return { Gpio } as unknown as Pick<typeof import('pigpio'), 'Gpio'>;
}
