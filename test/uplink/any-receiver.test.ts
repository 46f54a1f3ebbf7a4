import assert from 'node:assert/strict';
import { it, type TestContext } from 'node:test';
import fc from 'fast-check';
import { OutboxTable } from '../../src/store/outbox-table.ts';
import type { Outcome } from '../../src/uplink/outcome.ts';
import { StoredOutbox } from '../../src/uplink/stored-outbox.ts';
import { Uploader } from '../../src/uplink/uploader.ts';
import { newFile, openTable } from '../store/a-store.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { anAlert, summaries } from './items.ts';
import { type Request, ScriptedSender, unreachable } from './running-uploader.ts';

const HOUR_MS = 3_600_000;
const ITEMS = 40;

/** What a receiver does for a while; at the end it refuses only what it refuses always. */
const phase = fc.record({
  minutes: fc.integer({ min: 1, max: 90 }),
  does: fc.constantFrom('accepts', 'refuses', 'is away', 'alternates', 'takes few', 'has it already'),
  restart: fc.boolean(),
});
const receiver = fc.record({
  phases: fc.array(phase, { maxLength: 5 }),
  poison: fc.uniqueArray(fc.nat({ max: ITEMS - 1 }), { maxLength: 8 }),
  names: fc.boolean(),
  maxBatch: fc.integer({ min: 1, max: 20 }),
});
type Receiver = typeof receiver extends fc.Arbitrary<infer R> ? R : never;

const refused: Outcome = { kind: 'refused', why: '422' };

/** Meets a receiver until nothing waits any more, with items that come all the time. */
async function meet(t: TestContext, { phases, poison, names, maxBatch }: Receiver) {
  const { database, operations } = openTable(t, newFile(t));
  const table = new OutboxTable(database);
  const clock = new FakeClock();
  const ask = async (operation: 'outboxState', argument: never) => operations[operation](argument);
  const sender = new ScriptedSender(clock);
  const items = [...summaries(ITEMS - 5), ...Array.from({ length: 5 }, (_, n) => anAlert(n))];
  const bad = new Set(poison.map((n) => items[n]?.id));
  const taken = new Set<string>();
  const proofs = new Map<string, number>();
  const bodies = new Map<string, string>();

  function answer({ ids, batch }: Request, does: string): Outcome {
    assert.equal(bodies.get(batch.key) ?? batch.body, batch.body, 'one key, one body');
    bodies.set(batch.key, batch.body);
    if (does === 'is away') return unreachable;
    if (does === 'refuses' || (does === 'alternates' && sender.requests.length % 2 === 0)) return refused;
    if (does === 'takes few' && ids.length > 2) return refused;
    const [refuses, takes] = [ids.filter((id) => bad.has(id)), ids.filter((id) => !bad.has(id))];
    if (does === 'has it already' && takes.some((id) => taken.has(id))) return { kind: 'exists', why: '409' };
    if (refuses.length > 0 && !(names && takes.length > 0)) return refused;
    for (const id of takes) taken.add(id);
    proofs.set(batch.lane, (proofs.get(batch.lane) ?? 0) + 1);
    if (refuses.length === 0) return { kind: 'accepted' };
    return { kind: 'accepted', refused: refuses.map((id) => ({ id, reason: 'named' })) };
  }

  const start = () => {
    const outbox = new StoredOutbox({ store: { ask: ask as never }, device: 'greenhouse-1', clock });
    const uploader = new Uploader({
      ...{ outbox, sender, clock, random: () => 0.5, maxBatch },
      log: { info() {}, warn() {} },
    });
    uploader.start();
    return { uploader, outbox };
  };
  const add = (item: (typeof items)[number], start: number) => {
    const lane = item.kind === 'alert' ? ('alert' as const) : ('summary' as const);
    const window = { start, sizeMs: lane === 'alert' ? 0 : 300_000 };
    const json = JSON.stringify(item);
    table.add({ lane, id: item.id, item: json, series: null, window, readings: 0, madeAt: start });
  };
  for (const [n, item] of items.entries()) add(item, n);
  let running = start();
  for (const { minutes, does, restart } of phases) {
    sender.answer = (request) => answer(request, does);
    await clock.advance(minutes * 60_000);
    if (!restart) continue;
    await running.uploader.stop();
    running.outbox.stop();
    running = start();
  }
  sender.answer = (request) => answer(request, 'accepts');
  for (let n = 0; n < 6; n++) {
    await clock.advance(HOUR_MS);
    add({ ...anAlert(100 + n) }, 1000 + n);
    add(summaries(1, { from: 100 + n })[0] ?? assert.fail(), 1000 + n);
    for (const lane of ['alert', 'summary'] as const) running.uploader.wake(lane);
  }
  await clock.advance(HOUR_MS);
  await running.uploader.stop();
  running.outbox.stop();
  const state = operations.outboxState({});
  return { state, items, taken, bad, proofs };
}

it('whatever a receiver does and for how long, with restarts: nothing is lost, nothing blocks, nothing goes without a proof', async (t) => {
  await fc.assert(
    fc.asyncProperty(receiver, async (is) => {
      const { state, items, taken, bad } = await meet(t, is);
      assert.equal(state.items, 0, 'nothing is left');
      const dead = new Set(state.setAside.map(({ id }) => id));
      for (const { id } of items) assert.equal(taken.has(id) || dead.has(id), true, `${id} is lost`);
      for (const id of dead) assert.ok(bad.has(id), `${id} is set aside, and was never poisoned`);
      for (const id of bad) assert.ok(id === undefined || dead.has(id), `${id} is poisoned, and was taken`);
    }),
    { numRuns: 10, seed: 11 },
  );
});
