import type { SensorConfig } from './sensor-config.ts';

/** One missed reading is a hiccup; three in a row are a fault. */
const MISSED_READINGS = 3;

/** A DHT misses half of its frames, some of them in a row: less would make it flap between stale and good. */
const DHT_STALE_AFTER_S = 60;

/** Seconds without a good reading after which a sensor is stale, where it is read every `intervalS`. */
export function staleAfterS(entry: SensorConfig, intervalS: number): number {
  if (entry.stale_after_s !== undefined) return entry.stale_after_s;
  const missed = MISSED_READINGS * intervalS;
  return entry.kind === 'dht11' || entry.kind === 'dht22' ? Math.max(missed, DHT_STALE_AFTER_S) : missed;
}
