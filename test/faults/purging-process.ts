import { openDatabase } from '../../src/store/database.ts';
import { storeOperations } from '../../src/store/operations.ts';
import { HOUR_MS } from '../../src/summaries/window.ts';
import { aRow, newestOf, WINDOW_MS } from '../store/a-store.ts';

/**
 * A process of its own that fills a small database hour by hour, and makes room in it each time: `purging-process.ts
 * FILE BYTES HOURS`. It goes on where the one before it was killed.
 */
const [file = '', bytes = '', hours = ''] = process.argv.slice(2);
const maxBytes = Number(bytes);
const database = openDatabase(file, maxBytes);
const operations = storeOperations(database, WINDOW_MS, maxBytes);
const closing = { device: 'pi', units: {}, upstream: true };

const summarised = database.prepare<[], number | null>('SELECT max(last) FROM summary').pluck().get() ?? 0;
let now = Math.ceil((Math.max(newestOf(operations), summarised) + 1) / HOUR_MS) * HOUR_MS;
for (let hour = 0; hour < Number(hours); hour++) {
  const rows = Array.from({ length: 60 }, (_, minute) => aRow({ at: now + minute * 60_000, value: minute }));
  operations.commit({ rows, again: false });
  now += HOUR_MS;
  while (operations.closeWindows({ now: now + 10_000, ...closing }) > 0);
  while (operations.retain({ now, ...closing, keepReadingsMs: 3 * HOUR_MS }));
  // Some of it gets through, so that delivered, waiting and merged windows lie side by side, and some has to be dropped.
  const batch = hour % 8 === 0 ? operations.nextBatch({ lane: 'summary', maxItems: 5, device: 'pi' }) : null;
  if (batch !== null) {
    process.stdout.write(`${batch.body}\n`);
    operations.acknowledge({ batch: batch.id });
  }
}
database.close();
