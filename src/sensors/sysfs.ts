import { join } from 'node:path';
import type { SysfsSensorConfig } from '../../schemas/kernel-sensor-config.ts';
import type { Clock } from '../clock.ts';
import { busOf } from './bus.ts';
import { FileAge } from './file-age.ts';
import { readNumberFile, withoutBinaryNoise } from './number-file.ts';
import type { Source } from './sensor.ts';

type Config = Pick<SysfsSensorConfig, 'path' | 'unit' | 'scale' | 'offset' | 'max_age_s'>;

/** A file with one number: number x scale + offset, in the configured unit. */
export async function sysfsSource(config: Config, root: string, clock: Clock): Promise<Source> {
  const { path, unit, scale, offset, max_age_s: maxAgeS } = config;
  const file = join(root, path);
  const age = maxAgeS === undefined ? undefined : new FileAge(file, maxAgeS, clock);
  return {
    unit,
    source: path,
    bus: await busOf(file),
    async read() {
      await age?.check();
      return withoutBinaryNoise((await readNumberFile(file)) * scale + offset);
    },
  };
}
