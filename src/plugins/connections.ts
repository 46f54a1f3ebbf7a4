import type { Socket } from 'node:net';
import fp from 'fastify-plugin';

interface Options {
  maxPerAddress: number;
}

/**
 * A cap of connections for each address. A cap for all together would let one client that opens slow connections lock
 * every honest one out.
 */
export default fp<Options>(
  async (app, { maxPerAddress }) => {
    const open = new Map<string, number>();
    app.server.on('connection', (socket: Socket) => {
      const address = socket.remoteAddress ?? '';
      const count = (open.get(address) ?? 0) + 1;
      if (count > maxPerAddress) {
        socket.destroy();
        return;
      }
      open.set(address, count);
      socket.once('close', () => {
        const left = (open.get(address) ?? 1) - 1;
        if (left === 0) open.delete(address);
        else open.set(address, left);
      });
    });
  },
  { name: 'connections' },
);
