import { join } from 'node:path';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { digits, judged, median, quotients, shown } from './figures.ts';
import { fillStore } from './filled-store.ts';
import { FLASK, HTTP, startPeers } from './peers.ts';
import { product, SENSORS } from './product.ts';
import type { Answer, Bench, Question, Table, Target } from './question.ts';
import { type Running, start } from './running.ts';
import { type Load, load, needsWrk, type Seen } from './wrk.ts';

interface Route {
  name: string;
  path: string;
  body?: string;
  targets: { flask: number; http?: number; p99?: boolean };
}

const ROUTES: readonly Route[] = [
  { name: 'status', path: '/api/status', targets: { flask: 6, http: 0.8, p99: true } },
  { name: 'readings-50', path: '/api/readings?limit=50', targets: { flask: 8 } },
  { name: 'readings-1000', path: '/api/readings?limit=1000', targets: { flask: 10 } },
  { name: 'led', path: '/api/led', body: '{"action":"toggle"}', targets: { flask: 5 } },
];

/** Where the targets are judged: more than a house has clients, and fewer than any server here refuses. */
const JUDGED_AT = 16;
const WARM_UP_S = 1;
const ROUNDS_KEPT = 1000;

/** What each server has shown, by connections, one after the other in turns. */
type Seens = Map<string, Map<number, Seen[]>>;

export const routeQuestions: readonly Question[] = ROUTES.map((route) => ({
  name: route.name,
  title: `${route.body === undefined ? 'GET' : 'POST'} ${route.path}`,
  ask: (bench) => ask(bench, route),
}));

async function ask(bench: Bench, route: Route): Promise<Answer> {
  if (!needsWrk(bench)) return { how: '', targets: [], tables: [] };
  const servers = await startAll(bench);
  const seens = await inTurns(bench, servers, route);
  const marks = [...(seens.get(servers[0]?.name ?? '')?.keys() ?? [])];
  return {
    how:
      `One thread of wrk on the same machine, keep-alive, all servers up, asked in turns. The product asks for its key ` +
      `on writes and the peers do not; its connections per address are raised from 64, nothing else. Each cell: median ` +
      `(minimum to maximum) of the turns; p50 and p99 in milliseconds. Targets are judged at ${JUDGED_AT} connections.`,
    targets: targetsOf(route, seens),
    tables: [await table(servers, seens, route)],
    plots: [
      {
        name: `bench-${route.name}`,
        title: `${route.path}: requests a second`,
        along: 'connections',
        marks: marks.map(String),
        unit: 'requests/s',
        lines: [...seens].map(([name, byConnections]) => ({
          name,
          values: [...byConnections.values()].map((turns) => median(turns.map(({ requestsPerS }) => requestsPerS))),
        })),
      },
    ],
  };
}

async function startAll(bench: Bench): Promise<Running[]> {
  const data = temporaryFolder(bench.lifetime);
  const sensors = SENSORS.map(({ id }) => id);
  await fillStore({ file: join(data, 'edge.db'), sensors, rounds: ROUNDS_KEPT, end: Date.now() });
  const ours = await start(await product(bench.lifetime, { data }), bench.lifetime);
  const paths = ROUTES.filter(({ body }) => body === undefined).map(({ path }) => path);
  return [ours, ...(await startPeers(bench, ours, paths))];
}

async function inTurns({ short }: Bench, servers: readonly Running[], { path, body }: Route): Promise<Seens> {
  const connections = short ? [JUDGED_AT] : [1, JUDGED_AT, 64, 256];
  const seens: Seens = new Map(servers.map(({ name }) => [name, new Map(connections.map((count) => [count, []]))]));
  const asked: Omit<Load, 'connections' | 'seconds'> = body === undefined ? { path } : { path, body };
  for (const { url } of servers) await load(url, { ...asked, connections: JUDGED_AT, seconds: WARM_UP_S });
  for (const count of connections) {
    const [turns, seconds] = turnsAt(count, short);
    for (let turn = 0; turn < turns; turn++) {
      for (const { name, url } of servers) {
        seens
          .get(name)
          ?.get(count)
          ?.push(await load(url, { ...asked, connections: count, seconds }));
      }
    }
  }
  return seens;
}

/** More of them where it is judged: another guest of the same machine takes a tenth of the speed, for some seconds. */
function turnsAt(connections: number, short: boolean): [turns: number, seconds: number] {
  if (short) return [2, 1];
  return connections === JUDGED_AT ? [11, 3] : [5, 3];
}

function targetsOf({ targets }: Route, seens: Seens): Target[] {
  const at = (name: string) => seens.get(name)?.get(JUDGED_AT);
  const [ours = [], flask, http] = [at('pi-edge-api'), at(FLASK), at(HTTP)];
  const rates = (turns: readonly Seen[]) => turns.map(({ requestsPerS }) => requestsPerS);
  const times = (peer: readonly Seen[], what: string, atLeast: number) =>
    judged(what, quotients(rates(ours), rates(peer)), { atLeast, unit: '×' });
  return [
    ...(flask ? [times(flask, `requests/s against ${FLASK}`, targets.flask)] : []),
    ...(http && targets.http ? [times(http, `requests/s against ${HTTP}`, targets.http)] : []),
    ...(flask && targets.p99
      ? [
          judged(
            `p99 in ms; ${FLASK} has ${shown(flask.map(({ p99Ms }) => p99Ms))}`,
            ours.map(({ p99Ms }) => p99Ms),
            { atMost: median(flask.map(({ p99Ms }) => p99Ms)) },
          ),
        ]
      : []),
    judged(
      'requests that failed, of all connections',
      [[...(seens.get('pi-edge-api')?.values() ?? [])].flat().reduce((sum, { failed }) => sum + failed, 0)],
      { atMost: 0 },
    ),
  ];
}

async function table(servers: readonly Running[], seens: Seens, { path, body }: Route): Promise<Table> {
  const rows: string[][] = [];
  for (const { name, url } of servers) {
    const size = body === undefined ? (await (await fetch(`${url}${path}`)).text()).length : undefined;
    for (const [count, turns] of seens.get(name) ?? []) {
      const of = (key: keyof Seen) => shown(turns.map((seen) => seen[key]));
      const failed = turns.reduce((sum, seen) => sum + seen.failed, 0);
      const bytes = size === undefined ? '' : digits(size);
      rows.push([name, String(count), of('requestsPerS'), of('p50Ms'), of('p99Ms'), digits(failed), bytes]);
    }
  }
  return { head: ['Server', 'Connections', 'Requests/s', 'p50', 'p99', 'Failed', 'Bytes of a body'], rows };
}
