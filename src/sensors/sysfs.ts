import { join } from 'node:path';
import type { SysfsSensorConfig } from '../../schemas/kernel-sensor-config.ts';
import { busOf } from './bus.ts';
import { readNumberFile, withoutBinaryNoise } from './number-file.ts';
import type { Source } from './sensor.ts';

type Config = Pick<SysfsSensorConfig, 'path' | 'unit' | 'scale' | 'offset'>;

/** A file with one number: number x scale + offset, in the configured unit. */
export async function sysfsSource({ path, unit, scale, offset }: Config, root: string): Promise<Source> {
  const file = join(root, path);
  return {
    unit,
    source: path,
    bus: await busOf(file),
    read: async () => withoutBinaryNoise((await readNumberFile(file)) * scale + offset),
  };
}
