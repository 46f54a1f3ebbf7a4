import type { SimulatedSensorConfig } from '../../schemas/sensor-config.ts';
import type { Clock } from '../clock.ts';
import type { Source } from './sensor.ts';

type Wave = Pick<SimulatedSensorConfig, 'mean' | 'amplitude' | 'period_s' | 'noise' | 'seed'>;

const DECIMALS = 1;

/** What a processor's temperature looks like on an idle Pi, where there is no thermal zone to read. */
export const CPU_WAVE: Wave = { mean: 46, amplitude: 3, period_s: 600, noise: 0.4, seed: 17 };

/** A sine over wall time plus noise: from one start to the next, the same seed gives the same noise. */
export function simulatedSource(wave: Wave, unit: string, clock: Clock): Source {
  const random = mulberry32(wave.seed);
  return {
    unit,
    source: 'a made-up wave',
    bus: `simulated ${wave.seed}`,
    async read() {
      const phase = (2 * Math.PI * clock.now()) / (wave.period_s * 1000);
      const value = wave.mean + wave.amplitude * Math.sin(phase) + wave.noise * (2 * random() - 1);
      return Number(value.toFixed(DECIMALS));
    },
  };
}

/** Mulberry32, a public-domain generator of 32 bits of state: good enough for noise, and seedable as Math.random is not. */
function mulberry32(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}
