import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { FAKE_START_MS } from '../support/fake-clock.ts';
import { aRecorder } from './a-recorder.ts';

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
    assert.deepEqual([batch?.items, rig.published], [1, 2]);
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

  it('has its true time also behind very many starts without it, as what an output did has', async (t) => {
    const { recorder, operations, rig, raise, clear, change, changes, clock } = aRecorder(t);
    for (let start = 0; start < 250; start++) {
      rig.run = operations.beginRun({ boot: `boot ${start}`, wall: FAKE_START_MS, monotonic: 0 }).id;
      raise();
      change(true);
      clear();
      await recorder.isDurable(1000);
      await clock.advance(1000);
    }
    operations.trustRun({ run: rig.run, offset: FAKE_START_MS, limit: 100 });
    assert.equal(operations.publishAlerts({ device: 'pi', upstream: true, now: 0 }), 250);
    const waiting = changes().filter(({ run }) => run > 0);
    assert.deepEqual(waiting, []);
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
