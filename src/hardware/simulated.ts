import { type Cancel, type Clock, systemClock } from '../clock.ts';
import { type Driver, HardwareError, type InputLine, type InputOptions, type OutputLine } from './driver.ts';

export type Level = 0 | 1;

/** The simulated header, with the hands and eyes that a test needs on its outside. */
export interface SimulatedDriver extends Driver {
  /** Puts an electrical level on an input, as a button or a wire would. */
  press(pin: number, level: Level): void;
  /** The electrical level that a meter on the pin would show. */
  level(pin: number): Level;
}

const HEADER_PINS = 28;

/** Pins in memory: the same states, errors and edges as a real header, for laptops and CI. */
export function openSimulated(clock: Clock = systemClock): SimulatedDriver {
  const levels = new Map<number, Level>();
  const inputs = new Map<number, SimulatedInput>();
  const taken = new Set<number>();
  let open = true;

  function claim(pin: number): void {
    refuseWhenClosed(pin);
    if (!Number.isInteger(pin) || pin < 0 || pin >= HEADER_PINS) {
      throw new HardwareError(`GPIO ${pin} is not on the simulated header: it has the pins 0 to ${HEADER_PINS - 1}.`);
    }
    if (taken.has(pin))
      throw new HardwareError(`GPIO ${pin} on the simulated header is already taken by "pi-edge-api".`);
    taken.add(pin);
  }

  function refuseWhenClosed(pin: number): void {
    if (!open) throw new HardwareError(`GPIO ${pin} cannot be used: the simulated header is closed.`);
  }

  return {
    name: 'simulated',
    simulated: true,
    description: 'simulated header',
    capabilities: new Set(['pull', 'debounce', 'edges'] as const),
    async output(pin, { active, initial }): Promise<OutputLine> {
      claim(pin);
      const write = (on: boolean) => {
        refuseWhenClosed(pin);
        levels.set(pin, on === (active === 'high') ? 1 : 0);
      };
      write(initial);
      return { pin, write, read: () => (levels.get(pin) === 1) === (active === 'high') };
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
    level: (pin) => inputs.get(pin)?.level ?? levels.get(pin) ?? 0,
  };
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
