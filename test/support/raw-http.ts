import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import type { TestContext } from 'node:test';

const WITHIN_MS = 10_000;

/** A connection to the server that goes with the test, whoever closes it and how; from any address where none is given. */
export async function open(t: TestContext, url: string, from: string | null = '127.0.0.1'): Promise<Socket> {
  const { port, hostname } = new URL(url);
  const host = hostname.replace(/^\[|\]$/g, '');
  const socket = connect({ port: Number(port), host, ...(from !== null && { localAddress: from }) }).on(
    'error',
    () => {},
  );
  t.after(() => socket.destroy());
  await once(socket, 'connect');
  return socket;
}

/** All that the server answers to raw bytes until it closes the connection; rejects when it does not. */
export async function say(t: TestContext, url: string, bytes: string, withinMs = WITHIN_MS): Promise<string> {
  const socket = await open(t, url);
  let answer = '';
  socket.on('data', (chunk) => (answer += chunk));
  socket.write(bytes);
  await once(socket, 'close', { signal: AbortSignal.timeout(withinMs) });
  return answer;
}
