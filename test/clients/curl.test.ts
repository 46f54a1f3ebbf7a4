import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { eventually } from '../support/eventually.ts';
import { API_KEY, startTestServer } from '../support/server.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { type CurlLine, curlLines, runCurl } from './curl-lines.ts';

const OFTEN = { collect: { interval_s: 0.1 }, store: { commit_every_s: 0.1 }, uplink: { window_s: 1 } };

/** Fewer would mean that the commands of a document are no longer found. */
const LEAST: Record<string, number> = { 'docs/clients.md': 19, 'README.md': 1 };

/** As they stand in the text that this API comes from, which adds the key only later. */
const CHAPTER: CurlLine[] = [
  { command: 'curl http://pi-sensor-01.local:5000/api/status', status: 200 },
  {
    command: `curl -X POST http://pi-sensor-01.local:5000/api/led \\
  -H "Content-Type: application/json" \\
  -d '{"action": "on"}'`,
    status: 401,
  },
  { command: 'curl http://pi-sensor-01.local:5000/api/readings?limit=10', status: 200 },
  {
    command: `curl -X POST http://pi-sensor-01.local:5000/api/led \\
  -H "Content-Type: application/json" \\
  -H "X-API-Key: your-secret-key-here" \\
  -d '{"action": "on"}'`,
    status: 200,
  },
];

for (const [path, least] of Object.entries(LEAST)) {
  const file = new URL(`../../${path}`, import.meta.url);
  const lines = existsSync(file) ? curlLines(readFileSync(file, 'utf8')) : [];
  describe(`the curl commands of ${path}`, () => {
    it(`are found: at least ${least}`, () => assert.ok(lines.length >= least, `found ${lines.length}`));
    itWorks(lines);
  });
}

describe('the curl commands of the chapter', () => itWorks(CHAPTER));

/** One server for all lines of a document, as a reader would have it. */
function itWorks(lines: CurlLine[]): void {
  it('do what the document says', async (t) => {
    const { url, app } = await startTestServer(t, OFTEN);
    const folder = temporaryFolder(t);
    const all = { sensor: 'cpu_temp_c', from: 0, to: Number.MAX_SAFE_INTEGER, order: 'asc', limit: 2 } as const;
    await eventually(async () => (await app.store.ask('history', all)).count === 2);
    if (lines.some(({ command }) => command.includes('/summaries'))) {
      await eventually(async () =>
        (await (await fetch(`${url}/api/sensors/cpu_temp_c/summaries`)).text()).includes('mean'),
      );
    }
    for (const { command, status, shown } of lines) {
      await t.test(command.replaceAll(/\s+/g, ' '), async () => {
        const outcome = await runCurl(command, { url, key: API_KEY, folder });
        assert.deepEqual({ exit: outcome.exit, status: outcome.status }, { exit: 0, status }, outcome.answer);
        if (shown !== undefined) assertSameShape(shown, JSON.parse(outcome.answer));
      });
    }
  });
}

/** What is shown may leave members out and have other values, but no other names and no other types. */
function assertSameShape(shown: unknown, real: unknown, path = ''): void {
  if (shown === null || real === null) return;
  assert.equal(typeOf(shown), typeOf(real), path);
  if (typeof shown !== 'object' || shown === null) return;
  for (const [member, value] of Object.entries(shown)) {
    if (Array.isArray(shown) && member !== '0') continue;
    const inner = (real as Record<string, unknown>)[member];
    assert.notEqual(inner, undefined, `${path}/${member} is shown, but not in the answer`);
    assertSameShape(value, inner, `${path}/${member}`);
  }
}

const typeOf = (value: unknown): string => (Array.isArray(value) ? 'array' : typeof value);
