import type { Socket } from 'node:net';
import fp from 'fastify-plugin';
import type { Cancel, Clock } from '../clock.ts';

interface Options {
  maxPerAddress: number;
  clock: Clock;
}

/** Requests in flight may take this long once the server is told to stop; so readings are still stored in time. */
const ANSWER_WITHIN_MS = 3000;
const LOOK_EVERY_MS = 50;

/**
 * Caps the connections of each address: a cap for all together would let one client with slow connections lock every
 * honest one out. At the end, answers what is in flight and lets go of connections that wait for nothing.
 */
export default fp<Options>(
  async (app, { maxPerAddress, clock }) => {
    const byAddress = new Map<string, Set<Socket>>();

    app.server.on('connection', (socket: Socket) => {
      const address = socket.remoteAddress ?? '';
      const open = byAddress.get(address) ?? new Set();
      if (open.size >= maxPerAddress) {
        socket.destroy();
        return;
      }
      byAddress.set(address, open.add(socket));
      socket.once('close', () => {
        open.delete(socket);
        if (open.size === 0) byAddress.delete(address);
      });
    });

    app.addHook('preClose', async () => {
      const deadline = clock.monotonic() + ANSWER_WITHIN_MS;
      let cancel: Cancel = () => {};
      app.server.once('close', () => cancel());
      const letGo = () => {
        app.server.closeIdleConnections();
        // Node does not count a connection as idle before its first request, and browsers open such ahead of need.
        for (const socket of [...byAddress.values()].flatMap((open) => [...open])) {
          if (socket.bytesRead === 0) socket.destroy();
        }
        if (clock.monotonic() >= deadline) app.server.closeAllConnections();
        else cancel = clock.after(LOOK_EVERY_MS, letGo);
      };
      letGo();
    });
  },
  { name: 'connections' },
);
