import type { Config } from '../../schemas/config.ts';
import { loadConfig } from '../../src/config/load.ts';

type DeepPartial<T> = T extends readonly unknown[] ? T : { [K in keyof T]?: DeepPartial<T[K]> };

/** The default configuration on simulated pins, with what a test wants to have different. */
export function testConfig(changes: DeepPartial<Config> = {}): Config {
  const defaults = loadConfig({ EDGE_HARDWARE: 'simulated', LOG_LEVEL: 'silent', HOST: '127.0.0.1', PORT: '0' });
  const merged = structuredClone(defaults) as Record<string, unknown>;
  for (const [section, values] of Object.entries(changes)) {
    merged[section] = Array.isArray(values) ? values : { ...(merged[section] as object), ...(values as object) };
  }
  return merged as Config;
}
