import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Receiver } from '../support/receiver.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import type { Lifetime } from './lifetime.ts';
import type { Command } from './running.ts';

export const API_KEY = 'bench-key-0123456789';

/** The compiled server, started as deploy/pi-edge-api.service starts it. */
const SERVER = new URL('../../dist/src/server.js', import.meta.url).pathname;
const NODE_OPTIONS = ['--max-old-space-size=128', '--max-semi-space-size=2', '--no-maglev'];
const ENVIRONMENT = {
  ...{ UV_THREADPOOL_SIZE: '16', MALLOC_ARENA_MAX: '1' },
  ...{ EDGE_HARDWARE: 'simulated', EDGE_API_KEY: API_KEY, HOST: '127.0.0.1' },
};

/** More than any load here opens from its one address; the product's own cap is 64. */
const MANY_CONNECTIONS = 1024;

const wave = (id: string, seed: number) => ({ id, kind: 'simulated', unit: '°C', mean: 25, noise: 1, seed });

/** Five sensors and two outputs, as on a greenhouse. */
export const SENSORS = [
  { id: 'cpu_temp_c', kind: 'cpu' },
  { id: 'button', kind: 'gpio', pin: 27, pull: 'up', active: 'low' },
  ...['air_temp_c', 'soil_temp_c', 'water_temp_c'].map((id, index) => wave(id, index + 1)),
];

export const manySensors = (count: number) => Array.from({ length: count }, (_, n) => wave(`sensor_${n}`, n + 1));

const RULE = {
  ...{ id: 'vent-on-heat', sensor: 'air_temp_c', above: 30, hysteresis: 2, alert: 'warning' },
  // biome-ignore lint/suspicious/noThenProperty: the rule's word
  ...{ then: { output: 'vent', action: 'on' }, otherwise: { output: 'vent', action: 'off' } },
};

interface Changes {
  /** Sections of the configuration that differ. */
  config?: Record<string, unknown>;
  /** Folder of the database; an empty one by default. */
  data?: string;
  /** Command that runs the server. */
  under?: readonly string[];
  node?: readonly string[];
  env?: Record<string, string>;
}

/** The whole product: collector at 1 s, store, a rule, uploader with a receiver, documentation, key and limits. */
export async function product(lifetime: Lifetime, changes: Changes = {}): Promise<Command> {
  const receiver = await Receiver.start(lifetime);
  const config = {
    device: { id: 'greenhouse-1' },
    collect: { interval_s: 1 },
    sensors: SENSORS,
    outputs: [
      { id: 'led', pin: 17 },
      { id: 'vent', pin: 22, safe: 'on' },
    ],
    rules: [RULE],
    uplink: { url: receiver.url },
    http: { max_connections_per_address: MANY_CONNECTIONS },
    ...changes.config,
  };
  const file = join(temporaryFolder(lifetime), 'edge.yaml');
  writeFileSync(file, JSON.stringify(config)); // JSON is YAML
  const data = changes.data ?? temporaryFolder(lifetime);
  return {
    name: 'pi-edge-api',
    path: '/api/health',
    line: () => [...(changes.under ?? []), process.execPath, ...NODE_OPTIONS, ...(changes.node ?? []), SERVER],
    env: (port) => ({
      ...ENVIRONMENT,
      ...{ PORT: String(port), EDGE_CONFIG: file, EDGE_DATA_DIR: data },
      ...changes.env,
    }),
  };
}
