import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { type Fault, type Received, Receiver } from '../support/receiver.ts';
import { seeded } from '../uplink/seeded.ts';
import { TIMEOUT_MS } from '../uplink/wire.ts';
import { deliveryFaults } from './delivery.ts';
import { report } from './figures.ts';
import { aSendingDevice, except } from './sending-device.ts';

const WINDOWS = 40;
const MINUTES = 10;
const HOUR_MS = 3_600_000;

type Options = Parameters<typeof aSendingDevice>[1];
type Judge = (received: Received, atMs: number) => Fault | undefined;
type Off = Pick<Options, 'spoil' | 'misread'>;

/** What waits meets a receiver that answers so for some minutes, on the real database. With parts switched off, or none. */
async function meet(t: TestContext, judge: Judge, off: Off = {}, minutes = MINUTES) {
  const receiver = await Receiver.start(t);
  const options = { url: receiver.url, sensors: ['air_temp_c'], random: seeded(3), timeoutMs: TIMEOUT_MS };
  const { sender, clock, uploader, ...device } = aSendingDevice(t, { ...options, ...off });
  receiver.judge = (received) => judge(received, clock.monotonic());
  for (let n = 0; n < WINDOWS; n++) device.measure(n);
  uploader.start();
  await sender.runUntil(() => clock.monotonic() >= minutes * 60_000);
  await uploader.stop();
  const missing = deliveryFaults(device.made, { items: [...receiver.items.values()], requests: [] });
  const { setAsideCount } = device.state();
  return { tries: sender.times.length, missing, made: device.made, requests: receiver.requests, setAsideCount };
}

const RETRY_AFTER_S = 120;
const slowDown = (): Fault => ({ status: 429, headers: { 'retry-after': String(RETRY_AFTER_S) } });
const unauthorised = (): Fault => ({ status: 401 });
const tooLarge = ({ items }: Received): Fault | undefined => (items.length > 1 ? { status: 413 } : undefined);
/** The seventh window is nonsense to it. */
const poisoned = ({ items }: Received): Fault | undefined =>
  items.some(({ window_start }) => String(window_start).includes('T10:30')) ? { status: 400 } : undefined;
const alone = (requests: readonly Received[]) =>
  requests.filter(({ items }) => items.length === 1 && poisoned({ items } as Received) !== undefined).length;

describe('negative control of refusals', () => {
  it('a sender that does not hear Retry-After tries more often than it may', async (t) => {
    const allowed = 1 + (MINUTES * 60) / RETRY_AFTER_S;
    const right = await meet(t, slowDown);
    assert.ok(right.tries <= allowed, `${right.tries} tries`);
    const deaf = await meet(t, slowDown, {
      misread: (outcome) => (outcome.kind === 'retry' ? { kind: 'retry', why: outcome.why } : outcome),
    });
    assert.ok(deaf.tries > allowed, `${deaf.tries} tries`);
    row(t, '429 taken for any other failure', `${deaf.tries} tries where ${right.tries} are right`);
  });

  it('a sender that takes 401 for a failure does not pause', async (t) => {
    const right = await meet(t, unauthorised);
    assert.ok(right.tries <= 1 + MINUTES / 5, `${right.tries} tries`);
    const stubborn = await meet(t, unauthorised, {
      misread: (outcome) => (outcome.kind === 'unauthorised' ? { kind: 'retry', why: outcome.why } : outcome),
    });
    assert.ok(stubborn.tries > 1 + MINUTES / 5, `${stubborn.tries} tries`);
    row(t, '401 taken for any other failure', `${stubborn.tries} tries where ${right.tries} are right`);
  });

  it('an outbox that does not split what is too large gets nothing through', async (t) => {
    assert.deepEqual((await meet(t, tooLarge)).missing, []);
    const whole = await meet(t, tooLarge, {
      spoil: (outbox) => except(outbox, { split: async () => {} }),
    });
    assert.equal(whole.missing.length, WINDOWS);
    row(t, '413 without splitting', `${whole.missing.length} of ${WINDOWS} windows never arrive`);
  });

  it('an outbox that sets a whole batch aside loses more than the poisoned item, and one that keeps it tries for ever', async (t) => {
    const right = await meet(t, poisoned);
    assert.deepEqual([right.missing.length, right.setAsideCount, alone(right.requests)], [1, 1, 3]);
    const coarse = await meet(t, poisoned, {
      spoil: (outbox) => except(outbox, { split: (batch) => outbox.setAside(batch, 'all of it') }),
    });
    assert.equal(coarse.missing.length, WINDOWS);
    const patient = await meet(t, poisoned, {
      spoil: (outbox) => except(outbox, { setAside: async () => {} }),
    });
    assert.ok(alone(patient.requests) > 3);
    const seen = `${coarse.missing.length} windows never arrive; ${alone(patient.requests)} tries of the poisoned item alone`;
    row(t, 'a poisoned item with its whole batch set aside, or kept', seen);
  });

  it('a sender that takes every refusal for the fault of the item loses what a receiver refuses for an hour', async (t) => {
    const forAnHour: Judge = (_received, atMs) => (atMs < HOUR_MS ? { status: 400 } : undefined);
    const right = await meet(t, forAnHour, {}, 70);
    assert.deepEqual([right.missing, right.setAsideCount], [[], 0]);
    assert.ok(right.tries < 250, `${right.tries} tries`);
    const rash = await meet(t, forAnHour, {
      spoil: (outbox) => except(outbox, { hold: (batch, reason) => outbox.setAside(batch, reason) }),
    });
    assert.deepEqual([rash.missing.length, rash.setAsideCount], [WINDOWS, WINDOWS]);
    report(t, {
      fault: 'an hour of 400 to everything, then well',
      how: `${WINDOWS} windows wait; database, uploader and HTTP client with a clock by hand`,
      seen: `0 lost, 0 set aside, ${right.tries} tries, all of it arrived in order`,
    });
    report(t, {
      fault: 'negative control of it: each item refused alone is set aside',
      how: 'the same, on the rule of before',
      seen: `${rash.missing.length} of ${WINDOWS} windows never arrive`,
    });
  });
});

function row(t: TestContext, what: string, seen: string): void {
  const how = `${MINUTES} minutes of the same answer; database, uploader and HTTP client with a clock by hand`;
  report(t, { fault: `negative control of refusals: ${what}`, how, seen });
}
