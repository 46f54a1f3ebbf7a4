import fp from 'fastify-plugin';
import type { Cancel, Clock } from '../clock.ts';
import type { Caps } from '../connections/admission.ts';
import { Gate } from '../connections/gate.ts';
import { OtherAddresses } from '../connections/other-addresses.ts';

declare module 'fastify' {
  interface FastifyInstance {
    /** Listens on one more address; Fastify's own second server would know none of the limits. */
    alsoListen: (host: string) => Promise<void>;
  }
}

interface Options {
  caps: Caps;
  clock: Clock;
}

/** Requests in flight may take this long once the server is told to stop; so readings are still stored in time. */
const ANSWER_WITHIN_MS = 3000;
const LOOK_EVERY_MS = 50;

/** Bounds what clients may ask for. At the end, answers what is in flight and lets go of connections that wait for nothing. */
export default fp<Options>(
  async (app, { caps, clock }) => {
    const gate = new Gate(caps, clock);
    gate.guard(app.server);
    const others = new OtherAddresses(app.server);
    app.decorate('alsoListen', (host) => others.add(host));

    app.addHook('preClose', async () => {
      const deadline = clock.monotonic() + ANSWER_WITHIN_MS;
      let cancel: Cancel = () => {};
      app.server.once('close', () => cancel());
      const letGo = () => {
        app.server.closeIdleConnections();
        // Node does not count a connection as idle before its first request, and browsers open such ahead of need.
        for (const socket of gate.sockets()) if (socket.bytesRead === 0) socket.destroy();
        if (clock.monotonic() >= deadline) app.server.closeAllConnections();
        else cancel = clock.after(LOOK_EVERY_MS, letGo);
      };
      letGo();
      await others.close();
    });
  },
  { name: 'connections' },
);
