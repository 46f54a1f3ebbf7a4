import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { UNKNOWN_RUN } from '../../src/store/protocol.ts';
import { Recorder } from '../../src/store/recorder.ts';
import type { Happenings } from '../../src/store/records.ts';
import { FAKE_START_MS, FakeClock, settled } from '../support/fake-clock.ts';
import { openTable } from './a-store.ts';

const details = {
  ...{ sensor: 'air', unit: '°C', severity: 'warning' as const, value: 31, threshold: 30, simulated: false },
};

/** A recorder over the database in this thread, whose disk can be slow or away. */
function aRecorder(t: TestContext) {
  const clock = new FakeClock();
  const { operations } = openTable(t);
  const written: Happenings[] = [];
  const held: (() => void)[] = [];
  const rig = { hold: false, broken: false, run: 0, faults: 0, published: 0 };
  const ask = async (_operation: string, happenings: Happenings): Promise<number> => {
    if (rig.hold) await new Promise<void>((resolve) => held.push(resolve));
    if (rig.broken) throw new Error('disk I/O error');
    written.push(happenings);
    return operations.record(happenings);
  };
  const recorder = new Recorder({
    store: { ask } as unknown as ConstructorParameters<typeof Recorder>[0]['store'],
    clock,
    runAt: () => rig.run,
    publishing: () => ({ device: 'pi', upstream: true, now: clock.now() }),
    onPublished: () => void rig.published++,
    onFault: () => void rig.faults++,
  });
  const instant = () => ({ at: clock.now(), monotonic: clock.monotonic() });
  const change = (after: boolean) =>
    recorder.change({
      output: 'vent',
      ...instant(),
      before: !after,
      level: null,
      after,
      by: 'rule',
      rule: 'heat',
      why: 'it is hot',
    });
  const raise = () => recorder.alert({ event: 'raised', rule: 'heat', cause: 'threshold', ...instant(), details });
  const clear = () => recorder.alert({ event: 'cleared', rule: 'heat', cause: 'threshold', ...instant() });
  const release = () => {
    rig.hold = false;
    for (const go of held.splice(0)) go();
  };
  const changes = () =>
    operations.changes({ output: 'vent', from: 0, to: FAKE_START_MS * 2, order: 'asc', cursor: 0, limit: 20_000 });
  return { recorder, clock, operations, written, rig, change, raise, clear, release, changes };
}

describe('the recorder', () => {
  it('lets who waits go when what came before is on disk, whatever comes later', async (t) => {
    const { recorder, rig, change, release } = aRecorder(t);
    rig.hold = true;
    change(true);
    const first = recorder.isDurable(1000);
    await settled();
    change(false); // goes into the next transaction
    const second = recorder.isDurable(1000);
    release();
    rig.hold = true; // a disk that takes one transaction and then stalls
    let over = false;
    void second.then(() => {
      over = true;
    });
    assert.equal(await first, true);
    assert.equal(over, false);
    await settled();
    release();
    assert.equal(await second, true);
  });

  it('writes what happens in one moment together, and what happens meanwhile in the next transaction', async (t) => {
    const { recorder, written, rig, change, raise, release, changes } = aRecorder(t);
    rig.hold = true;
    change(true);
    raise();
    recorder.state('heat', '{}');
    await settled();
    for (const on of [false, true, false]) change(on);
    release();
    assert.equal(await recorder.isDurable(1000), true);
    assert.deepEqual(
      written.map((each) => [each.changes.length, each.alerts.length, Object.keys(each.states)]),
      [
        [1, 1, ['heat']],
        [3, 0, []],
      ],
    );
    assert.deepEqual(
      changes().map(({ after }) => after),
      [true, false, true, false],
    );
  });

  it('says that it is not on disk when the disk takes too long, and later that it is', async (t) => {
    const { recorder, clock, rig, change, release } = aRecorder(t);
    rig.hold = true;
    change(true);
    await settled();
    const answer = recorder.isDurable(2000);
    await clock.advance(2000);
    assert.equal(await answer, false);
    release();
    assert.equal(await recorder.isDurable(2000), true);
  });

  it('asks for nothing behind its end: what is noted then opens no database again', async (t) => {
    const { recorder, written, change } = aRecorder(t);
    change(true);
    await recorder.stop();
    change(false);
    recorder.state('heat', '{}');
    await settled();
    assert.equal(written.length, 1);
  });

  it('tries again where the disk fails, says it once, and loses and reorders nothing', async (t) => {
    const { recorder, clock, rig, change, changes } = aRecorder(t);
    rig.broken = true;
    for (const on of [true, false, true]) {
      change(on);
      assert.equal(await recorder.isDurable(1000), false);
      await clock.advance(2000);
    }
    assert.equal(rig.faults, 1);
    rig.broken = false;
    await clock.advance(2000);
    assert.equal(await recorder.isDurable(1000), true);
    assert.deepEqual(
      changes().map(({ after }) => after),
      [true, false, true],
    );
  });

  it('gives up the oldest where the disk stays away, and counts them', async (t) => {
    const { recorder, rig, change, clock, changes } = aRecorder(t);
    rig.broken = true;
    change(true);
    await recorder.isDurable(1000);
    for (let index = 0; index < 10_500; index++) change(index % 2 === 0);
    assert.deepEqual([recorder.waiting, recorder.dropped], [10_000, 501]);
    rig.broken = false;
    await clock.advance(2000);
    await recorder.isDurable(1000);
    assert.equal(changes().length, 10_000);
  });

  it('waits where the number of its run is not known yet', async (t) => {
    const { recorder, rig, clock, change, changes } = aRecorder(t);
    rig.run = UNKNOWN_RUN;
    change(true);
    assert.equal(await recorder.isDurable(1000), false);
    rig.run = 0;
    await clock.advance(2000);
    assert.equal(changes().length, 1);
  });

  it('writes at the end what it can', async (t) => {
    const { recorder, rig, change, changes, clock } = aRecorder(t);
    rig.broken = true;
    change(true);
    await recorder.isDurable(1000);
    rig.broken = false;
    await recorder.stop();
    assert.deepEqual([changes().length, clock.waiting], [1, 0]);
  });
});

describe('an alert', () => {
  it('is in the outbox with the transaction that says that it was raised', async (t) => {
    const { recorder, operations, rig, raise, clear } = aRecorder(t);
    raise();
    raise();
    await recorder.isDurable(1000);
    clear();
    clear();
    await recorder.isDurable(1000);
    const batch = operations.nextBatch({ lane: 'alert', maxItems: 10, device: 'pi' });
    assert.deepEqual([batch?.items, rig.published], [2, 2]);
  });

  it('of before the clock was trusted goes upstream with its true time, when that is known', async (t) => {
    const { recorder, operations, rig, raise, clear, clock } = aRecorder(t);
    const run = operations.beginRun({ boot: 'a', wall: FAKE_START_MS, monotonic: 0 });
    rig.run = run.id;
    raise();
    await recorder.isDurable(1000);
    await clock.advance(5000);
    clear();
    await recorder.isDurable(1000);
    assert.equal(operations.nextBatch({ lane: 'alert', maxItems: 10, device: 'pi' }), null);
    operations.trustRun({ run: run.id, offset: FAKE_START_MS + 86_400_000, limit: 100 });
    assert.equal(operations.publishAlerts({ device: 'pi', upstream: true, now: 0 }), 1);
    const body = operations.nextBatch({ lane: 'alert', maxItems: 10, device: 'pi' })?.body ?? '';
    assert.match(body, /"raised_at":"2026-11-24T10:00:00.000Z","cleared_at":"2026-11-24T10:00:05.000Z"/);
  });

  it('that was raised in time and is over in a run without it waits with its end alone', async (t) => {
    const { recorder, operations, rig, raise, clear } = aRecorder(t);
    raise();
    await recorder.isDurable(1000);
    const run = operations.beginRun({ boot: 'b', wall: 0, monotonic: 0 });
    rig.run = run.id;
    clear();
    await recorder.isDurable(1000);
    assert.equal(operations.nextBatch({ lane: 'alert', maxItems: 10, device: 'pi' })?.items, 1);
    operations.trustRun({ run: run.id, offset: FAKE_START_MS + 60_000, limit: 100 });
    assert.equal(operations.publishAlerts({ device: 'pi', upstream: true, now: 0 }), 1);
  });
});
