import type { TestContext } from 'node:test';
import { Recorder } from '../../src/store/recorder.ts';
import type { Happenings } from '../../src/store/records.ts';
import { FAKE_START_MS, FakeClock } from '../support/fake-clock.ts';
import { openTable } from './a-store.ts';

const details = {
  ...{ sensor: 'air', unit: '°C', severity: 'warning' as const, value: 31, threshold: 30, simulated: false },
};

/** A recorder over the database in this thread, whose disk can be slow or away. */
export function aRecorder(t: TestContext) {
  const clock = new FakeClock();
  const { operations } = openTable(t);
  const written: Happenings[] = [];
  const held: (() => void)[] = [];
  const rig = { hold: false, broken: false, run: 0, faults: 0, published: 0 };
  const ask = async (operation: string, happenings: Happenings): Promise<number> => {
    if (operation === 'droppedRecords') return operations.droppedRecords({});
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
