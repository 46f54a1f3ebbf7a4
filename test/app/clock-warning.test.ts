import assert from 'node:assert/strict';
import { Writable } from 'node:stream';
import { it } from 'node:test';
import { FakeClock } from '../support/fake-clock.ts';
import { buildTestApp } from '../support/server.ts';

const MINUTE_MS = 60_000;

for (const [trust, expected] of [
  ['timesyncd', /^The clock is not trusted yet: it waits for systemd-timesyncd; set clock\.trust \(EDGE_CLOCK_TRUST\)/],
  ['always', undefined],
] as const) {
  it(`ten minutes after the start, ${expected ? 'one warning says what the clock waits for' : 'nothing is said of a trusted clock'}`, async (t) => {
    const warnings: string[] = [];
    const stream = new Writable({
      write(line, _encoding, done) {
        const { level, msg } = JSON.parse(String(line));
        if (level === 40) warnings.push(msg);
        done();
      },
    });
    const clock = new FakeClock();
    await buildTestApp(t, { clock: { trust } }, { clock, logger: { level: 'warn', stream } });
    const ofClock = () => warnings.filter((text) => /clock/i.test(text));
    await clock.advance(10 * MINUTE_MS - 1);
    assert.deepEqual(ofClock(), []);
    await clock.advance(60 * MINUTE_MS);
    assert.equal(ofClock().length, expected === undefined ? 0 : 1);
    if (expected !== undefined) assert.match(ofClock()[0] ?? '', expected);
  });
}
