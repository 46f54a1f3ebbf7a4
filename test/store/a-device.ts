import type { TestContext } from 'node:test';
import type { StoredRow } from '../../src/store/protocol.ts';
import { aRange, aRow, newFile, openTable } from './a-store.ts';

export const TRUE_START = Date.parse('2026-11-23T10:00:00Z');
export const IN_1970 = 5000;

/** The database of a device, and what its processes do with it in lives of their own. */
export function aDevice(t: TestContext) {
  const file = newFile(t);
  const life = (boot: string, wall: number, monotonic: number) => {
    const { operations, database } = openTable(t, file);
    const run = operations.beginRun({ boot, wall, monotonic });
    const take = (...instants: number[]) =>
      operations.commit({ rows: instants.map((at) => row(at, run)), again: false });
    const trust = (offset: number, limit = 1000) => {
      let steps = 0;
      while (operations.trustRun({ run: run.id, offset, limit }) > 0) steps += 1;
      return steps;
    };
    return { run, take, trust, operations, database };
  };
  const { database } = openTable(t, file);
  /** Time and value; a value is the monotonic instant at which it was taken. */
  const stored = () =>
    openTable(t, file)
      .history(aRange())
      .map(({ at, value }) => [at, value]);
  const untrusted = () => database.prepare('SELECT count(*) FROM reading WHERE run > 0').pluck().get();
  return { life, stored, untrusted, database };
}

const row = (monotonic: number, run: { id: number; offset: number }): StoredRow =>
  aRow({ at: monotonic + run.offset, value: monotonic, run: run.id });

/** What {@link aDevice} has stored when all of these monotonic instants have their true time. */
export const atTrueTime = (...instants: number[]) => instants.map((at) => [TRUE_START + at, at]);
