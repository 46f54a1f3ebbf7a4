import type { SensorResource } from '../../schemas/sensors.ts';
import type { SensorStatus } from '../../schemas/status.ts';
import { type Clock, toTimestamp } from '../clock.ts';
import type { Reading, Sensor } from '../sensors/sensor.ts';
import { isStale } from '../sensors/staleness.ts';

interface Entry {
  readonly sensor: Sensor;
  last: Reading | undefined;
  /** Time without jumps of the last good reading; of the start while there was none. */
  goodSince: number;
  hasBeenGood: boolean;
}

/** The newest reading of every sensor: what status answers and health is judged from. */
export class LatestReadings {
  /** Counts readings: while it stands still, nothing here but the age of the values changes. */
  taken = 0;
  readonly #entries: ReadonlyMap<string, Entry>;
  readonly #clock: Clock;

  constructor(sensors: readonly Sensor[], clock: Clock) {
    const start = clock.monotonic();
    this.#clock = clock;
    this.#entries = new Map(
      sensors.map((sensor) => [sensor.id, { sensor, last: undefined, goodSince: start, hasBeenGood: false }]),
    );
  }

  /** Takes a reading, unless a newer one is there already. Answers what stood there before. */
  take(reading: Reading): Reading | undefined {
    const entry = this.#entries.get(reading.sensor);
    const before = entry?.last;
    if (entry === undefined || (before !== undefined && before.monotonic > reading.monotonic)) return before;
    entry.last = reading;
    this.taken += 1;
    if (reading.quality === 'good') {
      entry.goodSince = reading.monotonic;
      entry.hasBeenGood = true;
    }
    return before;
  }

  get sensors(): Sensor[] {
    return [...this.#entries.values()].map(({ sensor }) => sensor);
  }

  /** The value of a good and fresh reading, else null: also where there is no such sensor. */
  goodValue(id: string): number | null {
    const entry = this.#entries.get(id);
    return entry?.last?.quality === 'good' && !this.#isStale(entry) ? entry.last.value : null;
  }

  /** By id of the sensor. */
  statuses(): Record<string, SensorStatus> {
    return Object.fromEntries([...this.#entries].map(([id, entry]) => [id, this.#statusOf(entry)]));
  }

  resource(id: string): SensorResource | undefined {
    const entry = this.#entries.get(id);
    if (entry === undefined) return undefined;
    const { kind, source, min, max, maxStepPerS, stuckAfterS, staleAfterS, simulated } = entry.sensor;
    return {
      id,
      kind,
      source,
      min,
      max,
      max_step_per_s: maxStepPerS,
      stuck_after_s: stuckAfterS,
      stale_after_s: staleAfterS,
      simulated,
      ...this.#statusOf(entry),
      reason: entry.last?.reason ?? null,
    };
  }

  /** Ids of the sensors without a good reading for longer than they may be. */
  stale(): string[] {
    return [...this.#entries].filter(([, entry]) => this.#isStale(entry)).map(([id]) => id);
  }

  #statusOf(entry: Entry): SensorStatus {
    const { sensor, last, hasBeenGood } = entry;
    const silentS = this.#silentForS(entry);
    const isGood = last?.quality === 'good';
    return {
      value: isGood ? last.value : null,
      rejected_value: isGood ? null : (last?.value ?? null),
      unit: sensor.unit,
      timestamp: last === undefined ? null : toTimestamp(last.at),
      age_s: hasBeenGood ? Math.round(silentS * 1000) / 1000 : null,
      stale: this.#isStale(entry),
      quality: last?.quality ?? 'none',
    };
  }

  #isStale(entry: Entry): boolean {
    return isStale(this.#silentForS(entry) * 1000, entry.sensor.staleAfterS);
  }

  #silentForS({ goodSince }: Entry): number {
    return Math.max(0, this.#clock.monotonic() - goodSince) / 1000;
  }
}
