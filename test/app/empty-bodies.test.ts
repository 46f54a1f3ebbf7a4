import assert from 'node:assert/strict';
import test, { type TestContext } from 'node:test';
import { say } from '../support/raw-http.ts';
import { API_KEY, startTestServer } from '../support/server.ts';

const WITHIN_MS = 3000;

/** The status of each answer to raw requests, sent at once over one connection that the last one closes. */
async function statuses(t: TestContext, url: string, requests: readonly string[]): Promise<number[]> {
  const answers = await say(t, url, requests.join(''), WITHIN_MS);
  return [...answers.matchAll(/HTTP\/1\.1 (\d+) /g)].map(([, status]) => Number(status));
}

const raw = (line: string, headers: readonly string[] = [], body = '') =>
  `${[`${line} HTTP/1.1`, 'Host: localhost', `X-API-Key: ${API_KEY}`, ...headers].join('\r\n')}\r\n\r\n${body}`;

const LAST = 'Connection: close';
const JSON_TYPE = 'Content-Type: application/json';

// Neither Content-Length nor chunks: what curl -X POST and some generated clients send for no body.
const WITHOUT_BODY: [line: string, type: string, status: number][] = [
  ['POST /api/led', JSON_TYPE, 400],
  ['POST /api/led', 'Content-Type: text/plain', 400],
  ['POST /api/led', 'Content-Type: application/xml', 415],
  ['PUT /api/rules/heat', JSON_TYPE, 400],
  ['DELETE /api/rules/heat', JSON_TYPE, 404],
  ['POST /api/uplink/flush', JSON_TYPE, 409],
  ['POST /api/uplink/flush', 'Content-Type: text/plain', 409],
  ['POST /api/alerts/1/ack', 'Content-Type: application/xml', 404],
  ['POST /api/status', JSON_TYPE, 405],
  ['POST /api/nothing', JSON_TYPE, 404],
  ['GET /api/status', JSON_TYPE, 200],
  ['HEAD /api/status', JSON_TYPE, 200],
];

for (const [line, type, status] of WITHOUT_BODY) {
  test(`${line} with ${type} and no body is answered at once: ${status}`, async (t) => {
    const { url } = await startTestServer(t);
    assert.deepEqual(await statuses(t, url, [raw(line, [type, LAST])]), [status]);
  });
}

test('requests without a type and without a body are as they were', async (t) => {
  const { url } = await startTestServer(t);
  assert.deepEqual(await statuses(t, url, [raw('POST /api/led', [LAST])]), [400]);
  assert.deepEqual(await statuses(t, url, [raw('DELETE /api/rules/heat', [LAST])]), [404]);
});

// Clients whose libraries do not know beforehand how long a body is.
for (const [title, body, status] of [
  ['no', '0\r\n\r\n', 409],
  ['one', '2\r\n{}\r\n0\r\n\r\n', 400],
] as const) {
  test(`a chunked request with ${title} body is a ${status} where none is wanted, whatever its type`, async (t) => {
    const { url } = await startTestServer(t);
    for (const type of [JSON_TYPE, 'Content-Type: text/plain', 'X-None: 1']) {
      const flush = raw('POST /api/uplink/flush', [type, 'Transfer-Encoding: chunked'], body);
      assert.deepEqual(await statuses(t, url, [flush, raw('GET /api/status', [LAST])]), [status, 200]);
    }
  });
}

test('requests with and without bodies may follow each other over one connection without a pause', async (t) => {
  const { url } = await startTestServer(t);
  const on = '{"action":"on"}';
  const answers = await statuses(t, url, [
    raw('GET /api/status'),
    raw('POST /api/led', [JSON_TYPE, `Content-Length: ${on.length}`], on),
    raw('POST /api/uplink/flush'),
    raw('GET /api/status', [JSON_TYPE]),
    raw('GET /api/status', ['Content-Length: 2'], '{}'),
    raw('POST /api/led', [JSON_TYPE, 'Transfer-Encoding: chunked'], `f\r\n${on}\r\n0\r\n\r\n`),
    raw('GET /api/health', [LAST]),
  ]);
  assert.deepEqual(answers, [200, 200, 409, 200, 200, 200, 200]);
});
