import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { retryAfterMs, waitMs } from '../../src/uplink/backoff.ts';

const HOUR_MS = 3_600_000;
const NOW_MS = Date.parse('2026-11-23T10:00:00.000Z');

const attempts = fc.integer({ min: 0, max: 100_000 });
const fractions = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

it('a wait is never longer than five minutes, nor than the doubled second', () => {
  fc.assert(
    fc.property(attempts, fractions, (attempt, fraction) => {
      const ms = waitMs({ attempt }, () => fraction);
      assert.ok(ms >= 0 && ms <= 300_000 && ms <= 1000 * 2 ** attempt, `${ms} ms`);
    }),
  );
});

it('the whole range is used, also behind the cap', () => {
  for (const attempt of [0, 5, 8, 9, 1000]) {
    const longest = Math.min(300_000, 1000 * 2 ** attempt);
    for (const fraction of [0, 0.25, 0.5, 0.999]) {
      assert.equal(
        waitMs({ attempt }, () => fraction),
        fraction * longest,
      );
    }
  }
});

it('what the receiver asks for is the least that is waited, and devices still spread behind it', () => {
  fc.assert(
    fc.property(attempts, fractions, fc.integer({ min: 0, max: HOUR_MS }), (attempt, fraction, asked) => {
      const ms = waitMs({ attempt, retryAfterMs: asked }, () => fraction);
      assert.ok(ms >= asked && ms <= asked + 300_000, `${ms} ms`);
    }),
  );
});

const date = (afterMs: number) => new Date(NOW_MS + afterMs).toUTCString();

const READ: [what: string, header: string | undefined, date: string | undefined, ms: number | undefined][] = [
  ['seconds', '120', undefined, 120_000],
  ['zero', '0', undefined, 0],
  ['spaces around', ' 7 ', undefined, 7000],
  ['more than an hour', '86400', undefined, HOUR_MS],
  ['a number beyond all numbers', '9'.repeat(400), undefined, HOUR_MS],
  ['a date to come', date(90_000), undefined, 90_000],
  ['a date long to come', date(10 * HOUR_MS), undefined, HOUR_MS],
  ['a date gone by', date(-90_000), undefined, 0],
  ["a date against the answer's own date", date(30 * 24 * HOUR_MS + 5000), date(30 * 24 * HOUR_MS), 5000],
  ["a date beside an answer's broken date", date(5000), 'yesterday', 5000],
  ['nothing', undefined, undefined, undefined],
  ['an empty header', '', undefined, undefined],
  ['a negative number', '-5', undefined, undefined],
  ['a fraction', '1.5', undefined, undefined],
  ['a word', 'soon', undefined, undefined],
  ['a date in another form', '2026-11-23T10:05:00Z', undefined, undefined],
  ['a date that does not exist', 'Mon, 99 Nov 2026 10:05:00 GMT', undefined, undefined],
];

for (const [what, header, answered, ms] of READ) {
  it(`Retry-After with ${what} means ${ms === undefined ? 'nothing' : `${ms} ms`}`, () => {
    assert.equal(retryAfterMs(header, answered, NOW_MS), ms);
  });
}

it('no Retry-After makes a wait that is endless, negative or not a number', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.date().map(String)), (header) => {
      const ms = retryAfterMs(header, undefined, NOW_MS);
      assert.ok(ms === undefined || (ms >= 0 && ms <= HOUR_MS), `${header} gave ${ms}`);
    }),
  );
});
