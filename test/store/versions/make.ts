/**
 * Makes the database of today's version for ../versions.test.ts: what a server has on the card that is killed after half a
 * minute with sensors, an output, rules and a receiver that is away. Run it when the tables have a new version.
 */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { gzipSync } from 'node:zlib';
import { NEWEST } from '../../../src/store/migrations.ts';
import { startProcess } from '../../support/process.ts';
import { withKey } from '../../support/server.ts';

const CONFIG = `
collect: { interval_s: 1 }
sensors:
  - { id: t, kind: simulated, unit: °C, min: 15, max: 25 }
  - { id: button, kind: gpio, pin: 27, pull: up, active: low, debounce_ms: 20 }
outputs: [{ id: led, pin: 17 }]
rules: [{ id: hot, sensor: t, above: -100, then: { output: led, action: on }, alert: warning }]
`;

test(`a database with tables of version ${NEWEST}`, async (t) => {
  const data = mkdtempSync(join(tmpdir(), 'pi-edge-api-version-'));
  t.after(() => rmSync(data, { recursive: true }));
  writeFileSync(join(data, 'edge.yaml'), CONFIG);
  const server = startProcess(t, {
    ...{ EDGE_DATA_DIR: data, EDGE_CONFIG: join(data, 'edge.yaml'), EDGE_SUMMARY_WINDOW_S: '10' },
    EDGE_UPLINK_URL: 'http://127.0.0.1:9/ingest',
  });
  const url = await server.url;
  const write = (path: string, method: string, body: object) =>
    fetch(url + path, {
      method,
      headers: { ...withKey, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  for (const action of ['on', 'off', 'on']) await write('/api/led', 'POST', { action });
  await write('/api/rules/cold', 'PUT', { sensor: 't', below: -50, alert: 'info' });
  await new Promise((resolve) => setTimeout(resolve, 35_000));
  server.child.kill('SIGKILL');
  await server.exit;
  const folder = join(import.meta.dirname, String(NEWEST));
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder);
  for (const name of ['edge.db', 'edge.db-wal', 'edge.db-rows']) {
    if (existsSync(join(data, name)))
      writeFileSync(join(folder, `${name}.gz`), gzipSync(readFileSync(join(data, name)), { level: 9 }));
  }
});
