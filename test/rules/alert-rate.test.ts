import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { AlertRate } from '../../src/rules/alert-rate.ts';
import type { AlertNote } from '../../src/rules/journal.ts';
import { FakeClock } from '../support/fake-clock.ts';

const MAX_PER_HOUR = 6;
const MINUTE_MS = 60_000;
const OF = { rule: 'heat', cause: 'threshold' } as const;
const details = {
  ...{ sensor: 'air', unit: '°C', severity: 'warning' as const, value: 31, threshold: 30, simulated: false },
};

function aRate(clock = new FakeClock()) {
  const told: AlertNote[] = [];
  const records = { crowded: false, alert: (note: AlertNote) => void told.push(note) };
  const rate = new AlertRate({ clock, records, maxPerHour: MAX_PER_HOUR });
  const instant = () => ({ at: clock.now(), monotonic: clock.monotonic() });
  const flap = async (times: number, everyMs = 100) => {
    for (let time = 0; time < times; time++) {
      rate.raised({ ...OF, ...instant(), event: 'raised', details });
      await clock.advance(everyMs / 2);
      rate.cleared({ ...OF, ...instant(), event: 'cleared' });
      await clock.advance(everyMs / 2);
    }
  };
  const raised = () => told.filter(({ event }) => event === 'raised').length;
  const suppressed = () => told.reduce((sum, note) => sum + ('suppressed' in note ? (note.suppressed ?? 0) : 0), 0);
  return { clock, rate, records, told, flap, raised, suppressed };
}

describe('the alerts of a rule', () => {
  it('are told at once and one by one, up to the rate', async () => {
    const { flap, told, suppressed, rate } = aRate();
    await flap(MAX_PER_HOUR - 1);
    assert.deepEqual([told.length, suppressed(), rate.flapping], [2 * (MAX_PER_HOUR - 1), 0, []]);
  });

  it('of one that flaps for hours are held to the rate, and none of them is forgotten', async () => {
    const { flap, raised, suppressed, clock, rate, told } = aRate();
    const flaps = 5 * 3600 - 30;
    await flap(flaps, 1000);
    assert.deepEqual(rate.flapping, ['heat']);
    const most = MAX_PER_HOUR * 6; // at once, and in five hours
    assert.ok(raised() > most - 2 && raised() <= most, `${raised()} alerts`);
    await clock.advance(60 * MINUTE_MS);
    assert.equal(raised() + suppressed(), flaps);
    assert.equal(rate.suppressed, suppressed());
    assert.deepEqual([told.at(-1)?.event, rate.flapping, clock.waiting], ['cleared', [], 0]);
  });

  it('are over when they were, and not when that was told', async () => {
    const { flap, clock, told } = aRate();
    await flap(MAX_PER_HOUR + 3);
    const over = clock.now() - 50;
    assert.equal(told.at(-1)?.event, 'raised', 'what is wrong again and again is not told to be well');
    await clock.advance(60 * MINUTE_MS);
    const last = told.at(-1);
    assert.deepEqual([last?.event, last?.at, (last as { suppressed?: number }).suppressed], ['cleared', over, 3]);
  });

  it('that stays wrong is open without a delay, whatever happened before', async () => {
    const { flap, rate, told, clock } = aRate();
    await flap(MAX_PER_HOUR);
    rate.release('heat'); // as at the end of a process
    rate.raised({ ...OF, at: clock.now(), monotonic: clock.monotonic(), event: 'raised', details });
    assert.equal(told.at(-1)?.event, 'raised');
  });

  it('of two rules, or of two causes, do not use up each other’s rate', async () => {
    const { flap, rate, told, clock } = aRate();
    await flap(20);
    const instant = { at: clock.now(), monotonic: clock.monotonic() };
    for (const other of [
      { ...OF, rule: 'frost' },
      { ...OF, cause: 'stale' as const },
    ]) {
      rate.raised({ ...other, ...instant, event: 'raised', details });
      rate.cleared({ ...other, ...instant, event: 'cleared' });
      assert.deepEqual(
        told.slice(-2).map(({ event }) => event),
        ['raised', 'cleared'],
      );
    }
  });

  it('go on with what was used up over a restart', async () => {
    const before = aRate();
    await before.flap(MAX_PER_HOUR + 4);
    const memory = before.rate.memory('heat') ?? assert.fail('nothing was remembered');
    assert.equal(memory.threshold?.suppressed, 4);
    const { rate, told, flap } = aRate();
    rate.recall('heat', memory, 0);
    await flap(1);
    assert.deepEqual(
      told.map(({ event }) => event),
      ['raised'],
    );
    assert.equal(before.rate.memory('frost'), undefined);
  });

  it('wait while the disk is away and many wait already', async () => {
    const { records, flap, clock, told } = aRate();
    records.crowded = true;
    await flap(3);
    assert.deepEqual(
      told.map(({ event }) => event),
      ['raised'],
    );
    records.crowded = false;
    await clock.advance(MINUTE_MS);
    assert.deepEqual(
      told.map(({ event }) => event),
      ['raised', 'cleared'],
    );
  });
});
