import assert from 'node:assert/strict';
import { join } from 'node:path';
import { it } from 'node:test';
import { openDatabase, usedPages } from '../../src/store/database.ts';
import { storeOperations } from '../../src/store/operations.ts';
import { roomForHours } from '../../src/uplink/room.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const WINDOW_MS = 300_000;
const closing = { device: 'greenhouse-1', units: { air_temp_c: '°C' }, upstream: true };

it('the room that waiting summaries take on disk is as estimated, to a fifth', (t) => {
  const database = openDatabase(join(temporaryFolder(t), 'edge.db'));
  const store = storeOperations(database, WINDOW_MS);
  const windows = 3000;
  const rows = Array.from({ length: windows }, (_, window) => {
    const at = Date.UTC(2026, 0) + window * WINDOW_MS + 123;
    const row = { kind: 'sensor', name: 'air_temp_c', quality: 'good', simulated: false, run: 0 } as const;
    return { ...row, at, value: 20 + (window % 7) / 3 };
  });
  store.commit({ rows, again: false });
  const before = usedPages(database);
  while (store.closeWindows({ now: Date.UTC(2027, 0), ...closing }) > 0);
  const takenBytes = (usedPages(database) - before) * 4096;
  const hours = roomForHours({ maxBytes: takenBytes / 0.85, waitingBytes: 0, itemsPerHour: 12 });
  assert.ok(Math.abs(hours / (windows / 12) - 1) < 0.2, `${hours} hours for ${windows / 12}`);
  database.close();
});

it('what waits already takes its room away, and there is never less than none', () => {
  const limits = { maxBytes: 16 * 2 ** 20, itemsPerHour: 36 };
  const empty = roomForHours({ ...limits, waitingBytes: 0 });
  assert.ok(roomForHours({ ...limits, waitingBytes: 2 ** 20 }) < empty);
  assert.equal(roomForHours({ ...limits, waitingBytes: 2 ** 30 }), 0);
});
