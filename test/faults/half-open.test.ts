import assert from 'node:assert/strict';
import { execFile, execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import test, { type TestContext } from 'node:test';
import { promisify } from 'node:util';
import { eventually } from '../support/eventually.ts';
import { Device } from './device.ts';
import { report } from './figures.ts';
import { isThere } from './tools.ts';

const OF_ONE_NETWORK = 6000;
const ADDRESSES = 2000;
const NETWORKS = 400;
const [CAP_OF_ONE, CAP_OF_ALL] = [64, 256];
/** The time for the headers, half a second between two looks, and what a busy machine adds. */
const CLOSED_WITHIN_MS = 12_000;
const CLIENTS = new URL('./half-open-clients.ts', import.meta.url).pathname;
const WITHOUT_GATE = ['--import', new URL('./without-gate.ts', import.meta.url).href];
const TRY =
  'ip netns add pi-edge-try && ip -n pi-edge-try link set lo up; works=$?; ip netns del pi-edge-try; exit $works';

interface Seen {
  /** Connections of the one /64 that are kept, and of all networks together. */
  kept: number;
  keptOfAll: number;
  /** Status lines for clients of other networks, beside the first crowd and beside both. */
  beside: string;
  late: string;
  closedAfterMs?: number;
}

function canMakeNamespaces(t: TestContext): boolean {
  if (process.getuid?.() === 0) return isThere(t, ['sh', '-c', TRY], 'ip cannot make network namespaces here');
  t.skip('addresses of a whole network need root, to make a network namespace');
  return false;
}

/** Runs programs where every address of 2001:db8::/32 is this machine's own. */
function aNamespace(t: TestContext): readonly string[] {
  const name = `pi-edge-${process.pid}-${Math.floor(performance.now())}`;
  const within = ['ip', 'netns', 'exec', name];
  execFileSync('ip', ['netns', 'add', name]);
  t.after(() => execFileSync('ip', ['netns', 'del', name]));
  execFileSync('ip', ['-n', name, 'link', 'set', 'lo', 'up']);
  execFileSync('ip', ['-n', name, '-6', 'route', 'add', 'local', '2001:db8::/32', 'dev', 'lo']);
  execFileSync('ip', [...within.slice(1), 'sysctl', '-qw', 'net.ipv6.ip_nonlocal_bind=1']);
  return within;
}

const residentMb = (pid?: number) =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;

async function crowded(
  t: TestContext,
  closedWithinMs: number,
  node: readonly string[] = [],
): Promise<Seen & { grownMb: number }> {
  const under = aNamespace(t);
  const { child, said } = new Device(t, {}).spawn({ under, node, env: { HOST: '::' } });
  const port = await eventually(() => /Server listening at http:\S+?:(\d+)[,"]/.exec(said())?.[1], 60_000);
  const restMb = residentMb(child.pid);
  const [command = '', ...rest] = under;
  const counts = [OF_ONE_NETWORK, ADDRESSES, NETWORKS, closedWithinMs].map(String);
  let most = restMb;
  const looking = setInterval(() => {
    most = Math.max(most, residentMb(child.pid));
  }, 100);
  const { stdout } = await promisify(execFile)(command, [...rest, process.execPath, CLIENTS, port, ...counts]);
  clearInterval(looking);
  child.kill('SIGKILL');
  return { ...(JSON.parse(stdout) as Seen), grownMb: most - restMb };
}

const seconds = (ms = Number.NaN) => `${(ms / 1000).toFixed(1)} s`;

test('a crowd of half-open connections of one IPv6 network, and then of hundreds, keeps nobody else out', async (t) => {
  if (!canMakeNamespaces(t)) return;
  const { kept, beside, keptOfAll, late, closedAfterMs, grownMb } = await crowded(t, CLOSED_WITHIN_MS);
  report(t, {
    fault: 'half-open connections from many addresses',
    how:
      `a network namespace; ${OF_ONE_NETWORK} connections with half a header from ${ADDRESSES} addresses of one /64, then one ` +
      `from each of ${NETWORKS} networks; a client of another network after each`,
    seen:
      `${kept} of the one network kept, ${keptOfAll} of all; both other clients got “${beside}”; all closed ` +
      `${seconds(closedAfterMs)} after the last; resident memory at most ${grownMb.toFixed(1)} MB more`,
  });
  // Fewer where the machine is so slow that the first ones are closed before the last are there.
  assert.ok(kept > 0 && kept <= CAP_OF_ONE, `${kept} kept`);
  assert.ok(keptOfAll <= CAP_OF_ALL && keptOfAll >= kept, `${keptOfAll} kept`);
  assert.deepEqual([beside, late], ['HTTP/1.1 200 OK', 'HTTP/1.1 200 OK']);
  assert.ok((closedAfterMs ?? Number.POSITIVE_INFINITY) < CLOSED_WITHIN_MS, seconds(closedAfterMs));
});

test('negative control: without the gate, every half-open connection is kept', async (t) => {
  if (!canMakeNamespaces(t)) return;
  const { kept, keptOfAll, grownMb } = await crowded(t, 0, WITHOUT_GATE);
  report(t, {
    fault: 'negative control of half-open connections: no gate before the HTTP server',
    how: 'the same',
    seen: `${kept} of the one network kept, ${keptOfAll} of all; resident memory at most ${grownMb.toFixed(1)} MB more`,
  });
  assert.ok(kept > CAP_OF_ONE && keptOfAll > CAP_OF_ALL, `${kept} and ${keptOfAll} kept`);
});
