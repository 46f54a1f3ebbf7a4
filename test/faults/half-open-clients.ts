import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

/**
 * Run in a network namespace in which every address of 2001:db8::/32 is there: opens connections that never finish their
 * first request, and prints what became of them as JSON.
 */
const [port = 0, ofOneNetwork = 0, addresses = 1, networks = 0, closedWithinMs = 0] = process.argv.slice(2).map(Number);
const HOST = '2001:db8::1';
const AT_ONCE = 500;
/** So long nothing has changed: the server has taken up what waited in the kernel. */
const SETTLED_FOR_MS = 1000;
const GIVE_UP_MS = 3000;

const open = new Set<Socket>();

function halfOpen(localAddress: string): Promise<unknown> {
  const socket = connect({ host: HOST, port, localAddress });
  open.add(socket);
  socket.on('error', () => {}).once('close', () => open.delete(socket));
  socket.resume().write('GET /api/status HTTP/1.1\r\nHost: loc');
  return Promise.race(['connect', 'close'].map((event) => once(socket, event).catch(() => {})));
}

async function openAll(localAddresses: readonly string[]): Promise<number> {
  const before = open.size;
  for (let index = 0; index < localAddresses.length; index += AT_ONCE) {
    await Promise.all(localAddresses.slice(index, index + AT_ONCE).map(halfOpen));
  }
  await settled();
  return open.size - before;
}

async function settled(): Promise<void> {
  for (let before = -1; before !== open.size; ) {
    before = open.size;
    await pause(SETTLED_FOR_MS);
  }
}

/** The status line that a client on another address gets; the reason where it gets none. */
async function honest(localAddress: string): Promise<string> {
  const socket = connect({ host: HOST, port, localAddress });
  const answer = once(socket, 'data', { signal: AbortSignal.timeout(GIVE_UP_MS) });
  socket.write('GET /api/health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n');
  const said = await answer.then(
    ([bytes]) => String(bytes).split('\r\n')[0] ?? '',
    (error: Error) => error.name,
  );
  socket.destroy();
  return said;
}

const many = (count: number, address: (n: number) => string) => Array.from({ length: count }, (_, n) => address(n));
const hex = (n: number) => n.toString(16);

const kept = await openAll(many(ofOneNetwork, (n) => `2001:db8:1::${hex(1 + (n % addresses))}`));
const beside = await honest('2001:db8:2::1');
await openAll(many(networks, (n) => `2001:db8:3:${hex(n)}::1`));
const keptOfAll = open.size;
const late = await honest('2001:db8:4::1');
const begin = performance.now();
while (open.size > 0 && performance.now() - begin < closedWithinMs) await pause(50);
const closedAfterMs = open.size > 0 ? undefined : performance.now() - begin;
console.log(JSON.stringify({ kept, beside, keptOfAll, late, closedAfterMs }));
process.exit();
