import { type Cancel, type Clock, systemClock } from '../clock.ts';
import { type Active, type Driver, HardwareError, type InputLine, type InputOptions, type PwmLine } from './driver.ts';
import { requirePulse, toDuty, toLevel } from './level.ts';

export type Level = 0 | 1;

/** The simulated header, with the hands and eyes that a test needs on its outside. */
export interface SimulatedDriver extends Driver {
  /** Puts an electrical level on an input, as a button or a wire would. */
  press(pin: number, level: Level): void;
  /** The electrical level that a meter on the pin would show; of a dimmed pin, what it is most of the time. */
  level(pin: number): Level;
  /** The part of the time that a pin is electrically high. */
  duty(pin: number): number;
  /** The length of the pulses that a servo gets. */
  pulseUs(pin: number): number;
}

const HEADER_PINS = 28;

/** Pins in memory: the same states, errors and edges as a real header, for laptops and CI. */
export function openSimulated(clock: Clock = systemClock): SimulatedDriver {
  const duties = new Map<number, number>();
  const pulses = new Map<number, number>();
  const inputs = new Map<number, SimulatedInput>();
  const taken = new Set<number>();
  let open = true;

  function claim(pin: number): void {
    refuseWhenClosed(pin);
    refuseUnknownPin(pin);
    if (taken.has(pin))
      throw new HardwareError(`GPIO ${pin} on the simulated header is already taken by "pi-edge-api".`);
    taken.add(pin);
  }

  function refuseWhenClosed(pin: number): void {
    if (!open) throw new HardwareError(`GPIO ${pin} cannot be used: the simulated header is closed.`);
  }

  function dim(pin: number, active: Active, initial: number): PwmLine {
    const write = (level: number) => {
      refuseWhenClosed(pin);
      duties.set(pin, toDuty(pin, level, active));
    };
    toDuty(pin, initial, active);
    claim(pin);
    write(initial);
    return { pin, write, read: () => toLevel(duties.get(pin) ?? 0, active) };
  }

  function steer(pin: number, pulseUs: number): void {
    refuseWhenClosed(pin);
    requirePulse(pin, pulseUs);
    pulses.set(pin, pulseUs);
  }

  return {
    name: 'simulated',
    simulated: true,
    description: 'simulated header',
    capabilities: new Set(['pull', 'debounce', 'edges', 'pwm', 'servo'] as const),
    async output(pin, { active, initial }) {
      const line = dim(pin, active, initial ? 1 : 0);
      return { pin, write: (on) => line.write(on ? 1 : 0), read: () => line.read() === 1 };
    },
    async pwm(pin, { active, initial }) {
      return dim(pin, active, initial);
    },
    async servo(pin, { pulseUs }) {
      requirePulse(pin, pulseUs);
      claim(pin);
      pulses.set(pin, pulseUs);
      return { pin, write: (next) => steer(pin, next), read: () => pulses.get(pin) ?? 0 };
    },
    async input(pin, options): Promise<InputLine> {
      claim(pin);
      const input = new SimulatedInput(pin, options, clock);
      inputs.set(pin, input);
      return input;
    },
    async close() {
      open = false;
      for (const input of inputs.values()) input.release();
      inputs.clear();
      taken.clear();
    },
    press: (pin, level) => inputs.get(pin)?.drive(level),
    level: (pin) => inputs.get(pin)?.level ?? ((duties.get(pin) ?? 0) >= 0.5 ? 1 : 0),
    duty: (pin) => duties.get(pin) ?? 0,
    pulseUs: (pin) => pulses.get(pin) ?? 0,
  };
}

function refuseUnknownPin(pin: number): void {
  if (Number.isInteger(pin) && pin >= 0 && pin < HEADER_PINS) return;
  throw new HardwareError(`GPIO ${pin} is not on the simulated header: it has the pins 0 to ${HEADER_PINS - 1}.`);
}

class SimulatedInput implements InputLine {
  readonly pin: number;
  level: Level;
  readonly #options: InputOptions;
  readonly #clock: Clock;
  #settled: Level;
  #listener: (active: boolean) => void = () => {};
  #cancel: Cancel = () => {};

  constructor(pin: number, options: InputOptions, clock: Clock) {
    this.pin = pin;
    this.#options = options;
    this.#clock = clock;
    this.level = options.pull === 'up' ? 1 : 0;
    this.#settled = this.level;
  }

  read(): boolean {
    return (this.#settled === 1) === (this.#options.active === 'high');
  }

  onEdge(listener: (active: boolean) => void): void {
    this.#listener = listener;
  }

  drive(level: Level): void {
    if (level === this.level) return;
    this.level = level;
    this.#cancel();
    if (this.#options.debounceMs === 0) this.#settle();
    else this.#cancel = this.#clock.after(this.#options.debounceMs, () => this.#settle());
  }

  release(): void {
    this.#cancel();
    this.#listener = () => {};
  }

  #settle(): void {
    if (this.level === this.#settled) return;
    this.#settled = this.level;
    this.#listener(this.read());
  }
}
