import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { loadConfig, loadConfigFile } from '../../src/config/load.ts';

const deploy = (name: string) => fileURLToPath(new URL(`../../deploy/${name}`, import.meta.url));

it('the example configuration is the default one, written out', () => {
  assert.deepEqual(loadConfigFile(deploy('config.example.yaml')), loadConfig({}));
});

it('its commented entries are valid too', (t) => {
  const everything = readFileSync(deploy('config.example.yaml'), 'utf8').replace(/^ {2}# (- | {2}\w+:)/gm, '  $1');
  const folder = mkdtempSync(join(tmpdir(), 'config-example-'));
  t.after(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, 'config.yaml'), everything);
  const config = loadConfigFile(join(folder, 'config.yaml'));
  assert.deepEqual(
    config.sensors.map(({ id }) => id),
    ['cpu_temp_c', 'button', 'air_temp_c', 'pressure_hpa', 'soil_percent', 'wifi_dbm', 'demo'],
  );
  assert.deepEqual(
    config.outputs.map(({ id }) => id),
    ['led', 'vent', 'grow_light'],
  );
});

it('Avahi announces the default port', () => {
  const [, port] = /<port>(\d+)<\/port>/.exec(readFileSync(deploy('pi-edge-api.avahi.service'), 'utf8')) ?? [];
  assert.equal(Number(port), loadConfig({}).http.port);
});
