import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { UNKNOWN_RUN } from '../../src/store/protocol.ts';
import { settled } from '../support/fake-clock.ts';
import { aRecorder } from './a-recorder.ts';

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
