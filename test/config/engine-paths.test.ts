import assert from 'node:assert/strict';
import { it } from 'node:test';
import { engineAt } from '../../src/config/engine-paths.ts';
import { loadConfig } from '../../src/config/load.ts';

const ENGINES = [
  ...[
    '/write',
    '/write/',
    '//write',
    '/influx/write',
    '/api/v2/write?bucket=b',
    '/api/v3/write_lp',
    '/influx/api/v2/write',
  ],
  ...[
    '/api/v1/write',
    '/api/v1/import',
    '/api/v1/import/prometheus',
    '/insert/0/prometheus/api/v1/import/csv',
    '/WRITE',
  ],
  ...[
    '/api/v1/prom/write',
    '/api/v1/push',
    '/api/put',
    '/opentsdb/api/put',
    '/telegraf',
    '/datadog/api/v2/series',
    '/v1/metrics',
  ],
];
const RECEIVERS = [
  '/',
  '/ingest',
  '/api/v1/ingest',
  '/writer',
  '/write/items',
  '/api/v2/writes',
  '/ingest?path=/write',
  '/rewrite',
];

it('the write paths of engines are known, whatever stands before them', () => {
  for (const path of ENGINES) assert.ok(engineAt(`https://example.org:8086${path}`), path);
  for (const path of RECEIVERS) assert.equal(engineAt(`https://example.org${path}`), undefined, path);
});

it('an address of an engine is refused, from a variable too, with a sentence that says what to set', () => {
  for (const path of ENGINES) {
    const env = { EDGE_UPLINK_URL: `http://localhost:8086${path}` };
    assert.throws(
      () => loadConfig(env),
      /^StartError: EDGE_UPLINK_URL.*must be the address of a receiver of docs\/uplink-protocol\.md/,
      path,
    );
  }
});
