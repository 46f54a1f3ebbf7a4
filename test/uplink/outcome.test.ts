import assert from 'node:assert/strict';
import { it } from 'node:test';
import { type Outcome, outcomeOf } from '../../src/uplink/outcome.ts';

const WHERE = 'https://example.org/ingest';

const BY_STATUS: Record<Outcome['kind'], number[]> = {
  accepted: [200, 201, 202, 204, 207, 299],
  refused: [
    ...[400, 402, 403, 404, 405, 406, 410, 411, 412, 413, 414, 415, 416, 417, 418, 421, 422, 423, 424, 426, 428, 431],
    ...[430, 444, 451, 499],
  ],
  exists: [409],
  unauthorised: [401],
  retry: [101, 300, 301, 302, 303, 304, 307, 308, 407, 408, 425, 429, 500, 501, 502, 503, 504, 505, 507, 511, 599, 600],
};

for (const [kind, statuses] of Object.entries(BY_STATUS)) {
  it(`${statuses.join(', ')} are ${kind}`, () => {
    for (const status of statuses) assert.equal(outcomeOf({ status }, WHERE, 0).kind, kind, `${status}`);
  });
}

it('a 409 that says that another machine has the name concerns the device, not the item', () => {
  assert.equal(outcomeOf({ status: 409, code: 'device_uid_conflict' }, WHERE, 0).kind, 'unauthorised');
  for (const code of [undefined, 'exists', 'DEVICE_UID_CONFLICT']) {
    assert.notEqual(outcomeOf({ status: 409, code }, WHERE, 0).kind, 'unauthorised', code);
  }
  assert.notEqual(outcomeOf({ status: 400, code: 'device_uid_conflict' }, WHERE, 0).kind, 'unauthorised');
  assert.match(why({ status: 409, code: 'device_uid_conflict' }), /another machine .* EDGE_DEVICE_ID\.$/);
});

const why = (answer: Parameters<typeof outcomeOf>[0]) => (outcomeOf(answer, WHERE, 0) as { why: string }).why;

it('a redirect says where to point uplink.url, and leaves out a query that may be a secret', () => {
  const moved = (location: string) => why({ status: 301, location });
  const begin = `${WHERE} answered 301: redirects are not followed, set uplink.url to `;
  assert.equal(moved('https://example.org/v2/ingest'), `${begin}https://example.org/v2/ingest.`);
  assert.equal(moved('/v2/ingest?key=secret'), `${begin}https://example.org/v2/ingest.`);
  assert.equal(moved('http://['), `${begin}its target.`);
  assert.match(why({ status: 302 }), /set uplink\.url to its target\.$/);
});

it('an answer that a person can do something about says what', () => {
  assert.equal(why({ status: 404 }), `${WHERE} answered 404: nothing is there, correct the path in uplink.url.`);
  assert.match(why({ status: 401 }), /EDGE_UPLINK_TOKEN/);
  assert.match(why({ status: 511 }), /log in/);
  assert.equal(why({ status: 500 }), `${WHERE} answered 500.`);
});

it('what the receiver says is handed on', () => {
  assert.equal(
    why({ status: 400, text: 'count must be a number' }),
    `${WHERE} answered 400. It says: count must be a number`,
  );
});

it('Retry-After counts with every status that is tried again', () => {
  for (const status of [429, 503, 500, 302]) {
    const outcome = outcomeOf({ status, retryAfter: '30' }, WHERE, 0);
    assert.equal(outcome.kind === 'retry' && outcome.retryAfterMs, 30_000);
  }
});
