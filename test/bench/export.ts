import { setTimeout as pause } from 'node:timers/promises';
import { Client } from 'undici';
import { digits, judged, median } from './figures.ts';
import { LARGE_SENSORS, startOnLargeStore } from './large-store.ts';
import { peakPssMb, pssMb } from './process-figures.ts';
import type { Answer, Bench, Question } from './question.ts';

const PAGE = 1000;
const MAX_EXTRA_MB = 30;
const REST_MS = 5000;
const MONTH_TURNS = 5;

interface Page {
  count: number;
  next: string | null;
}

/** Follows a list to its end, page by page; answers the rows and the bytes. */
async function readAll(client: Client, path: string): Promise<{ rows: number; bytes: number }> {
  let [rows, bytes] = [0, 0];
  let cursor: string | null = '';
  while (cursor !== null) {
    const place: string = cursor === '' ? '' : `&cursor=${cursor}`;
    const answer = await client.request({ path: `${path}limit=${PAGE}&order=asc${place}`, method: 'GET' });
    const text = await answer.body.text();
    const { count, next } = JSON.parse(text) as Page;
    [rows, bytes, cursor] = [rows + count, bytes + text.length, next];
  }
  return { rows, bytes };
}

async function ask(bench: Bench): Promise<Answer> {
  const { server, how, rows, to } = await startOnLargeStore(bench);
  const client = new Client(server.url);
  bench.lifetime.after(() => client.close());
  await pause(REST_MS);
  const before = pssMb(server.pid);
  const end = `to=${new Date(to).toISOString()}`;

  const begin = performance.now();
  let [seen, bytes] = [0, 0];
  const exporting = (async () => {
    for (const sensor of LARGE_SENSORS) {
      const all = await readAll(client, `/api/sensors/${sensor}/readings?${end}&`);
      [seen, bytes] = [seen + all.rows, bytes + all.bytes];
    }
  })();
  const peak = await peakPssMb(server.pid, exporting);
  const seconds = (performance.now() - begin) / 1000;
  if (seen !== rows) throw new Error(`${seen} of ${rows} rows came`);

  const months: number[] = [];
  let summaries = 0;
  for (let turn = 0; turn < MONTH_TURNS; turn++) {
    const began = performance.now();
    summaries = (await readAll(client, `/api/sensors/${LARGE_SENSORS[0]}/summaries?${end}&`)).rows;
    months.push(performance.now() - began);
  }
  return {
    how:
      `${how} Every row is read through \`GET /api/sensors/{id}/readings\`, ${PAGE} rows a page, following its cursor over ` +
      'one connection; there is no route that sends all in one answer. Memory is the proportional set size.',
    targets: [
      judged('memory while exporting, beyond that at rest', [peak - before], { atMost: MAX_EXTRA_MB, unit: 'MB' }),
    ],
    tables: [
      {
        head: ['What', 'Seen'],
        rows: [
          ['rows exported', digits(seen)],
          ['time', `${digits(seconds)} s`],
          ['rows a second', digits(seen / seconds)],
          ['bytes of JSON', `${digits(bytes / 2 ** 20)} MB`],
          ['memory at rest, and at its peak', `${digits(before)} MB, ${digits(peak)} MB`],
          [`a month of one sensor at 5 minutes (${digits(summaries)} summaries)`, `${digits(median(months))} ms`],
        ],
      },
    ],
  };
}

export const exporting: Question = { name: 'export', title: 'Everything out of the store', ask };
