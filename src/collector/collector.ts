import type { Cancel, Clock } from '../clock.ts';
import { type Judged, Plausibility } from '../sensors/plausibility.ts';
import type { Reading, Sensor } from '../sensors/sensor.ts';

/** One round over all sensors. */
export interface Tick {
  /** Wall time of the round in milliseconds since 1970: also the time of every reading in it. */
  readonly at: number;
  /** The same instant on the clock that never jumps. */
  readonly monotonic: number;
  /** By id of the sensor. One that did not answer before the next round is missing. */
  readonly readings: ReadonlyMap<string, Reading>;
}

/** Where readings go. A sink must not throw, and must not wait: what it does delays the sensors behind it. */
export interface Sinks {
  /** Each reading as soon as it is there. */
  onReading(reading: Reading): void;
  /** A change that a sensor noticed by itself between two rounds. */
  onChange(reading: Reading): void;
  onTick(tick: Tick): void;
}

interface Options {
  sensors: readonly Sensor[];
  intervalMs: number;
  clock: Clock;
  sinks: Sinks;
}

/** A timer that is so late will not fire any more. */
const STANDSTILL_MS = 2000;

/**
 * Reads all sensors once every interval, on a fixed grid: a late round does not move the ones behind it, and rounds
 * never overlap. Sensors on one bus are read one after the other, buses side by side; a bus that is still busy with
 * an earlier round is left out of this one, and its readings count when they arrive.
 */
export class Collector {
  ticks = 0;
  /** Rounds of the grid that fell out because the machine was busy or asleep. */
  skipped = 0;
  lastTickAt: number | null = null;

  /** Monotonic instants: when the last round ended, and when the next one is due. Undefined while nothing runs. */
  #endedAt: number | undefined;
  #dueAt: number | undefined;
  readonly #options: Options;
  readonly #buses: ReadonlyMap<string, readonly Sensor[]>;
  readonly #plausibility: ReadonlyMap<Sensor, Plausibility>;
  readonly #busy = new Set<string>();
  #running: Promise<void> | undefined;
  #cancelTimer: Cancel = () => {};
  #closeRound: () => void = () => {};
  #stopped = false;

  constructor(options: Options) {
    this.#options = options;
    this.#buses = Map.groupBy(options.sensors, (sensor) => sensor.bus);
    this.#plausibility = new Map(options.sensors.map((sensor) => [sensor, new Plausibility(sensor)]));
    for (const sensor of options.sensors) {
      sensor.onChange?.((value) => {
        if (this.#stopped) return;
        const { clock, sinks } = options;
        const monotonic = clock.monotonic();
        sinks.onChange(toReading(sensor, clock.now(), monotonic, this.#judge(sensor, value, monotonic)));
      });
    }
  }

  /** The first round is at once. */
  start(): void {
    const { clock, intervalMs } = this.#options;
    const begin = clock.monotonic();
    let due = 0;
    this.#endedAt = begin;
    const run = async () => {
      const now = clock.monotonic();
      // A timer may fire a fraction of a millisecond early: that is still the round it was set for.
      const round = Math.max(due, Math.floor((now - begin) / intervalMs));
      this.skipped += round - due;
      due = round + 1;
      this.#dueAt = begin + due * intervalMs;
      this.#cancelTimer = clock.after(this.#dueAt - now, run);
      this.#closeRound(); // a round that still waits for an answer ends where the next one begins
      await this.#running;
      if (!this.#stopped) await this.tick();
    };
    void run();
  }

  /**
   * What does not go on any more, as a phrase: a round that does not begin, or does not end. Sensors that hang are no
   * standstill, for a round ends without them. Undefined while all is well, and before the start and behind the end.
   */
  get standstill(): string | undefined {
    if (this.#dueAt === undefined || this.#endedAt === undefined || this.#stopped) return undefined;
    const { clock, intervalMs } = this.#options;
    const now = clock.monotonic();
    if (now - this.#dueAt > STANDSTILL_MS) return 'no round of readings begins any more';
    if (now - this.#endedAt > 2 * intervalMs + STANDSTILL_MS) return 'no round of readings ends any more';
    return undefined;
  }

  /** No more rounds; resolves when the running one is over. A sensor that hangs is not waited for. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#cancelTimer();
    this.#closeRound();
    await this.#running;
  }

  /** One round by hand; while a round runs, the same one. */
  tick(): Promise<void> {
    this.#running ??= this.#round().finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  async #round(): Promise<void> {
    const { clock, sinks } = this.#options;
    const at = clock.now();
    const monotonic = clock.monotonic();
    const readings = new Map<string, Reading>();
    const idle = [...this.#buses].filter(([bus]) => !this.#busy.has(bus));
    const answers = idle.map(([bus, sensors]) =>
      this.#readBus(bus, sensors, async (sensor) => {
        const reading = toReading(sensor, at, monotonic, await this.#measure(sensor, monotonic));
        if (this.#stopped) return; // behind the last round nobody takes it any more
        readings.set(sensor.id, reading);
        sinks.onReading(reading);
      }),
    );
    await Promise.race([Promise.all(answers), new Promise<void>((resolve) => (this.#closeRound = resolve))]);
    this.ticks += 1;
    this.lastTickAt = at;
    this.#endedAt = clock.monotonic();
    sinks.onTick({ at, monotonic, readings: new Map(readings) });
  }

  async #readBus(bus: string, sensors: readonly Sensor[], read: (sensor: Sensor) => Promise<void>): Promise<void> {
    this.#busy.add(bus);
    for (const sensor of sensors) await read(sensor);
    this.#busy.delete(bus);
  }

  async #measure(sensor: Sensor, monotonic: number): Promise<Judged> {
    try {
      return this.#judge(sensor, await sensor.read(), monotonic);
    } catch (error) {
      return { value: null, quality: 'failed', reason: (error as Error).message };
    }
  }

  #judge(sensor: Sensor, value: number, monotonic: number): Judged {
    return (this.#plausibility.get(sensor) as Plausibility).judge({ value, monotonic });
  }
}

function toReading(sensor: Sensor, at: number, monotonic: number, measured: Judged): Reading {
  return { sensor: sensor.id, at, monotonic, simulated: sensor.simulated, ...measured };
}
