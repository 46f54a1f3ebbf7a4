import assert from 'node:assert/strict';
import test, { type TestContext } from 'node:test';
import type { RuleConfig } from '../../schemas/rules.ts';
import type { Origin } from '../../src/outputs/bank.ts';
import { RuleEngine } from '../../src/rules/engine.ts';
import { Journal } from '../../src/rules/journal.ts';
import { openDatabase } from '../../src/store/database.ts';
import { withRoom } from '../../src/store/making-room.ts';
import { storeOperations } from '../../src/store/operations.ts';
import type { StoredRow } from '../../src/store/protocol.ts';
import { recordOperations } from '../../src/store/record-operations.ts';
import { recordRoom } from '../../src/store/record-room.ts';
import { Recorder } from '../../src/store/recorder.ts';
import { retentionLoop } from '../../src/store/retention-loop.ts';
import { HOUR_MS } from '../../src/summaries/window.ts';
import { aRow, newFile, WINDOW_MS } from '../store/a-store.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { report } from './figures.ts';

const MAX_BYTES = 16 * 2 ** 20;
const ROOM = recordRoom(MAX_BYTES);
/** Room is made for several alerts at once. */
const MOST_ALERTS = Math.ceil((ROOM.alerts * 17) / 16);
const RULES = 90;
/** Rules that command an output as well: all the pins there are. */
const OUTPUTS = 28;
const FLAPS = 200;
const READ_EVERY_MS = 100;
const COMMIT_EVERY_MS = 5000;
/** For so long the receiver has been away already. */
const HOURS_BEFORE = 12;
const SENSORS = ['wobble', 'air', 'soil', 'light', 'rain'];
/** By default, and the most that can be set. */
const [RATE, HIGHEST_RATE] = [12, 3600];

interface Protection {
  maxAlertsPerHour: number;
  room: typeof ROOM;
}

const rules = Array.from({ length: RULES }, (_, n): RuleConfig => {
  const output = `output_${n}`;
  return {
    ...{ id: `rule_${n}`, sensor: 'wobble', above: 20, hysteresis: 0, for_s: 0, alert: 'warning' },
    // biome-ignore lint/suspicious/noThenProperty: the rule's word
    ...(n < OUTPUTS && { then: { output, action: 'on' }, otherwise: { output, action: 'off' } }),
  };
});

/** A database whose receiver is away, in this thread: fake time must not pass while a real disk is waited for. */
function anOutage(t: TestContext, clock: FakeClock, room: typeof ROOM) {
  const database = openDatabase(newFile(t), MAX_BYTES);
  t.after(() => database.close());
  database.pragma('synchronous = OFF'); // the card is not what is asked about
  const operations = {
    ...storeOperations(database, WINDOW_MS, MAX_BYTES),
    ...recordOperations(database, { runs: {} as never, room }).operations, // nothing waits for its true time
  };
  const publishing = () => ({ device: 'pi', units: {}, upstream: true, now: clock.now() });
  const retain = () => operations.retain({ ...publishing(), keepReadingsMs: 7 * 24 * HOUR_MS });
  const makeRoom = async () => {
    while (retain());
  };
  const ask = (operation: 'record', argument: never) =>
    withRoom(operation, async () => operations[operation](argument), makeRoom);
  const commit = (rows: StoredRow[]) =>
    withRoom('commit', async () => operations.commit({ rows, again: false }), makeRoom);

  /** Readings of hours that nobody has taken yet. */
  async function fill(): Promise<void> {
    for (let begin = clock.now() - HOURS_BEFORE * HOUR_MS; begin < clock.now(); begin += HOUR_MS) {
      const instants = Array.from({ length: HOUR_MS / COMMIT_EVERY_MS }, (_, n) => begin + n * COMMIT_EVERY_MS);
      await commit(instants.flatMap((at) => SENSORS.map((name) => aRow({ name, at, value: (at / 1000) % 97 }))));
      while (operations.closeWindows({ ...publishing(), now: begin + HOUR_MS }) > 0);
    }
  }
  const count = (sql: string) => Number(database.prepare(sql).pluck().get());
  return { store: { ask } as never, publishing, retain, makeRoom, commit, fill, count };
}

/** Every rule flaps, at every reading. */
async function flap(t: TestContext, { maxAlertsPerHour, room }: Protection) {
  const clock = new FakeClock();
  const { store, publishing, retain, makeRoom, commit, fill, count } = anOutage(t, clock, room);
  await fill();
  const readingsOfBefore = `SELECT count(*) FROM reading WHERE at < ${clock.now()}`;
  const before = count(readingsOfBefore);

  const recorder = new Recorder({ store, clock, runAt: () => 0, publishing, onPublished() {}, onFault() {} });
  const sensor = () => ({ unit: '°C', simulated: false });
  const journal = new Journal({ clock, records: recorder, maxAlertsPerHour, boot: 'boot', sensor });
  const states = new Map<string, boolean>();
  let changes = 0;
  function demand(output: string, on: boolean, { rule, why }: Origin): void {
    const isOn = states.get(output) ?? false;
    if (isOn === on) return;
    states.set(output, on);
    changes += 1;
    const instant = { at: clock.now(), monotonic: clock.monotonic() };
    recorder.change({ output, ...instant, before: isOn, after: on, level: null, by: 'rule', rule, why });
  }
  const engine = new RuleEngine({
    clock,
    surroundings: { staleAfterS: new Map([['wobble', 60]]), safe: new Map() },
    actuator: { demand, own() {}, rest() {}, release() {} },
    onTransition: (transition) => journal.transition(transition),
  });
  for (const rule of rules) engine.add(rule);

  const retention = retentionLoop({ clock, step: async () => retain(), onFault() {} });
  retention.start();
  let lostRows = 0;
  const rows: StoredRow[] = [];
  for (let n = 0; n < 2 * FLAPS; n++) {
    const [at, value] = [clock.now(), n % 2 === 0 ? 21 : 19];
    rows.push(aRow({ name: 'wobble', at, value }));
    engine.take({
      ...{ sensor: 'wobble', value, quality: 'good', reason: null, simulated: false },
      ...{ at, monotonic: clock.monotonic() },
    });
    await clock.advance(READ_EVERY_MS);
    if (clock.monotonic() % COMMIT_EVERY_MS !== 0) continue;
    const batch = rows.splice(0);
    await commit(batch).catch(() => {
      lostRows += batch.length;
    });
  }
  const flapping = journal.rate.flapping.length;
  engine.stop();
  journal.close(engine.rules.values());
  await retention.stop();
  await recorder.stop();
  await makeRoom();
  return {
    ...{ changes, flapping, before, lostRows },
    kept: count(readingsOfBefore),
    droppedReadings: count('SELECT coalesce(sum(dropped), 0) FROM series'),
    lostRecords: recorder.droppedEver + recorder.waiting,
    alerts: count('SELECT count(*) FROM alert'),
    breaks: count('SELECT sum(1 + suppressed) FROM alert'),
    changesKept: count('SELECT count(*) FROM output_change'),
  };
}

type Seen = Awaited<ReturnType<typeof flap>>;

function assertNothingLost({ before, kept, lostRows, droppedReadings, lostRecords, breaks, ...seen }: Seen): void {
  assert.deepEqual({ lostRows, droppedReadings, lostRecords }, { lostRows: 0, droppedReadings: 0, lostRecords: 0 });
  assert.equal(kept, before);
  assert.equal(breaks, RULES * FLAPS);
  assert.deepEqual([seen.changes, seen.changesKept], [OUTPUTS * 2 * FLAPS, ROOM.changes]);
}

const how =
  `${FLAPS} times up and down at a reading every ${READ_EVERY_MS / 1000} s, 16 MB, receiver away for ${HOURS_BEFORE} h; ` +
  'rules, recorder and database with a clock by hand';
const told = ({ alerts, breaks, before, kept, ...seen }: Seen) =>
  `${breaks} breaks of rules in ${alerts} alerts; ${kept} of ${before} readings of before kept, ${seen.droppedReadings} ` +
  `dropped; ${seen.lostRecords} changes and steps of alerts lost`;

test('rules that flap are held to their rate, are named, and take nothing from readings', async (t) => {
  const seen = await flap(t, { maxAlertsPerHour: RATE, room: ROOM });
  assertNothingLost(seen);
  assert.deepEqual([seen.alerts, seen.flapping], [RULES * RATE, RULES]);
  report(t, { fault: `${RULES} rules that flap`, how, seen: `${told(seen)}; ${seen.flapping} rules named` });
});

test('alerts have their share and no more where the rate lets all of them through', async (t) => {
  const seen = await flap(t, { maxAlertsPerHour: HIGHEST_RATE, room: ROOM });
  assertNothingLost(seen);
  assert.ok(seen.alerts <= MOST_ALERTS, `${seen.alerts} alerts`);
  report(t, { fault: `${RULES} rules that flap, at the highest rate`, how, seen: told(seen) });
});

test('negative control: without rate and shares alerts eat the store', async (t) => {
  const [changes, alerts, ruleChanges] = Array<number>(3).fill(Number.POSITIVE_INFINITY) as [number, number, number];
  const seen = await flap(t, { maxAlertsPerHour: HIGHEST_RATE, room: { changes, alerts, ruleChanges } });
  assert.equal(seen.flapping, 0);
  assert.ok(seen.kept < seen.before, `${seen.kept} readings kept`);
  assert.ok(seen.droppedReadings + seen.lostRows + seen.lostRecords > 0);
  report(t, { fault: 'negative control of it: neither rate nor shares', how, seen: told(seen) });
});
