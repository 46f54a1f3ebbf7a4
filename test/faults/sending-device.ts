import type { TestContext } from 'node:test';
import type { Pool } from 'undici';
import { type Sender, UplinkClient } from '../../src/uplink/client.ts';
import { openPool } from '../../src/uplink/connections.ts';
import type { Outbox } from '../../src/uplink/outbox.ts';
import type { Outcome } from '../../src/uplink/outcome.ts';
import { StoredOutbox } from '../../src/uplink/stored-outbox.ts';
import { Uploader } from '../../src/uplink/uploader.ts';
import { aRow, newFile, openTable, WINDOW_MS } from '../store/a-store.ts';
import { FAKE_START_MS, FakeClock } from '../support/fake-clock.ts';
import type { Item } from '../support/receiver.ts';
import { seeded } from '../uplink/seeded.ts';
import { WatchedSender } from '../uplink/wire.ts';

export const DEVICE = 'greenhouse-1';
/** One a minute. */
export const READINGS_A_WINDOW = 5;

interface Options {
  url: string;
  connect?: Pool.Options['connect'] | undefined;
  sensors: readonly string[];
  random: () => number;
  maxBatch?: number;
  timeoutMs: number;
  /** Puts something else in the place of the outbox: a negative control. */
  spoil?: (outbox: Outbox, sql: (text: string) => void) => Outbox;
  /** Takes an answer for another one: a negative control. */
  misread?: (outcome: Outcome) => Outcome;
}

/** An outbox that does one thing or another otherwise. */
export const except = (outbox: Outbox, changes: Partial<Outbox>): Outbox => ({
  next: (lane, maxItems) => outbox.next(lane, maxItems),
  suspects: (lane) => outbox.suspects(lane),
  probe: (lane, from) => outbox.probe(lane, from),
  acknowledge: (batch, refused) => outbox.acknowledge(batch, refused),
  split: (batch) => outbox.split(batch),
  hold: (batch, reason) => outbox.hold(batch, reason),
  release: (batch) => outbox.release(batch),
  setAside: (batch, reason) => outbox.setAside(batch, reason),
  ...changes,
});

/** Forgets a batch when it hands it out, and not when it is acknowledged. */
export const hasty = (outbox: Outbox): Outbox =>
  except(outbox, {
    async next(lane, maxItems) {
      const batch = await outbox.next(lane, maxItems);
      if (batch !== undefined) await outbox.acknowledge(batch);
      return batch;
    },
    ...{ acknowledge: async () => {}, split: async () => {}, setAside: async () => {} },
  });

/** All that sends, on a real database in this thread, with a clock that a test turns: twelve hours pass in seconds. */
export function aSendingDevice(t: TestContext, options: Options) {
  const {
    url,
    connect,
    sensors,
    random,
    maxBatch = 50,
    timeoutMs,
    spoil = (outbox) => outbox,
    misread = (outcome) => outcome,
  } = options;
  const clock = new FakeClock();
  const { database, operations } = openTable(t, newFile(t));
  // What the worker would do, in this thread: fake time must not pass while a real disk is waited for.
  const store = { ask: async (operation: 'outboxState', argument: never) => operations[operation](argument) };
  const stored = new StoredOutbox({ store: store as never, device: DEVICE, clock });
  const outbox = spoil(stored, (text) => void database.exec(text));
  const client = new UplinkClient({ url, timeoutMs, clock, open: async () => openPool(url, timeoutMs, connect) });
  t.after(() => client.close());
  const send: Sender['send'] = async (batch, signal) => {
    const { outcome, bytes } = await client.send(batch, signal);
    return { outcome: misread(outcome), bytes };
  };
  const sender = new WatchedSender({ send }, clock);
  const lines: string[] = [];
  const write = (_details: object, line: string) => void lines.push(line);
  const uploader = new Uploader({ outbox, sender, clock, random, maxBatch, log: { info: write, warn: write } });

  const weather = seeded(1);
  const made: Item[] = [];
  const newest = database.prepare<[number], string>('SELECT item FROM outbox ORDER BY id DESC LIMIT ?').pluck();
  /** Remembers what has come into the outbox: the ledger that the receiver has to agree with. */
  const note = (items: number) => void made.push(...newest.all(items).map((item) => JSON.parse(item)));

  /** Takes the readings of the n-th window, and closes it. */
  function measure(n: number): void {
    const start = FAKE_START_MS + n * WINDOW_MS;
    const minutes = Array.from({ length: READINGS_A_WINDOW }, (_, minute) => start + minute * 60_000);
    const rows = minutes.flatMap((at) =>
      sensors.map((name) => aRow({ name, at, value: Math.round(200 + 50 * weather()) / 10 })),
    );
    operations.commit({ rows, again: false });
    const units = Object.fromEntries(sensors.map((name) => [name, '°C']));
    operations.closeWindows({ now: start + WINDOW_MS + 10_000, device: DEVICE, units, upstream: true });
    note(sensors.length);
  }

  /** Raises an alert; answers the id of its item. */
  function alert(): string {
    const details = { sensor: sensors[0] ?? '', unit: '°C', severity: 'warning', value: 31, threshold: 30 } as const;
    const raised = { event: 'raised', rule: 'hot', cause: 'threshold', at: clock.now(), run: 0 } as const;
    operations.record({
      alerts: [{ ...raised, details: { ...details, simulated: false } }],
      ...{ changes: [], states: {}, publishing: { device: DEVICE, upstream: true, now: clock.now() } },
    });
    note(1);
    return made.at(-1)?.id ?? '';
  }

  const waiting = () => Number(database.prepare('SELECT count(*) FROM outbox').pluck().get());
  const state = () => operations.outboxState({});
  return { state, database, clock, uploader, sender, lines, made, measure, alert, waiting };
}
