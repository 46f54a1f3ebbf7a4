import { setTimeout as pause } from 'node:timers/promises';
import type { Receiver } from '../support/receiver.ts';
import { getJson, SENSORS } from './device.ts';
import type { Row } from './recovered.ts';

interface Page {
  readings: { timestamp: string; value: number | null; quality: string }[];
}

const LOOK_EVERY_MS = 40;

/** Remembers what the API has shown from the database: that was committed, and may never be missing again. */
export class Witness {
  readonly #seen = new Map<string, number | null>();

  get readings(): number {
    return this.#seen.size;
  }

  /** Looks again and again, until the server is gone or `until` is over. */
  async watch(url: string, until: AbortSignal): Promise<void> {
    while (!until.aborted) {
      try {
        await Promise.all(SENSORS.map((sensor) => this.look(url, sensor)));
      } catch {
        return; // killed
      }
      await pause(LOOK_EVERY_MS);
    }
  }

  async look(url: string, sensor: string): Promise<void> {
    const { readings } = await getJson<Page>(`${url}/api/sensors/${sensor}/readings?limit=100`);
    for (const { timestamp, value, quality } of readings) {
      if (quality === 'good') this.#seen.set(`${sensor} ${timestamp}`, value);
    }
  }

  /** What was committed once and is not there, or is another value. */
  missingIn(rows: readonly Row[]): string[] {
    const stored = new Map(rows.map(({ sensor, at, value }) => [`${sensor} ${new Date(at).toISOString()}`, value]));
    return [...this.#seen].filter(([key, value]) => stored.get(key) !== value).map(([key]) => key);
  }
}

/** Makes some answers go wrong, so that retries and kills meet. `random` gives numbers from 0 up to 1. */
export function troubled(receiver: Receiver, random: () => number): void {
  const faults = ['reply-lost', 'reply-truncated', { status: 503 }] as const;
  receiver.judge = () => (random() < 0.2 ? faults[Math.floor(random() * faults.length)] : undefined);
}
