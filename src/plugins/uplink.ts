import fp from 'fastify-plugin';
import type { Config } from '../../schemas/config.ts';
import type { Uplink } from '../../schemas/uplink.ts';
import { type Clock, toTimestamp } from '../clock.ts';
import type { Lane } from '../store/outbox-protocol.ts';
import type { Proxies } from '../uplink/proxy.ts';
import { roomForHours } from '../uplink/room.ts';
import type { RawTraffic } from '../uplink/saving.ts';
import { StoredOutbox } from '../uplink/stored-outbox.ts';
import { type UplinkStatus, Uploader } from '../uplink/uploader.ts';

declare module 'fastify' {
  interface FastifyInstance {
    uplink: {
      configured: boolean;
      /** Items that wait, from memory: at most some seconds old. */
      waiting(): number;
      describe(): Promise<Uplink>;
      status(): UplinkStatus | undefined;
      flush(): Promise<void>;
    };
    rawTraffic: RawTraffic;
  }
}

interface Options {
  clock: Clock;
  config: Pick<Config, 'uplink'>;
  proxies: Proxies | undefined;
}

/** Not within the plugin: the compiler leaves a path there as it is in the source. */
const station = () => import('../uplink/open.ts');

/** Sends what the outbox holds, from the first listening moment to the end. */
export default fp<Options>(
  async (app, { clock, config: { uplink }, proxies }) => {
    const { store, log, rawTraffic, device } = app;
    const outbox = new StoredOutbox({ store, device: device.id, uid: device.uid, clock });
    const uploader = uplink.url === undefined ? undefined : await build(uplink.url);

    async function build(url: string): Promise<Uploader> {
      const { openUplink } = await station();
      const { token, timeout_s, ca_file: caFile } = uplink;
      const client = await openUplink({ url, token, timeoutMs: timeout_s * 1000, caFile, proxies, clock });
      const uploader = new Uploader({
        outbox,
        sender: client,
        clock,
        random: Math.random,
        maxBatch: uplink.max_batch,
        gatherMs: uplink.send_every_s * 1000,
        log,
      });
      const wake = (lane: Lane) => () => {
        uploader.wake(lane);
        outbox.changed();
      };
      app.onWindowsClosed(wake('summary'));
      app.onAlertsPublished(wake('alert'));
      app.addHook('onListen', async () => uploader.start());
      app.addHook('onClose', async () => {
        await uploader.stop();
        outbox.stop();
        await client.close();
      });
      return uploader;
    }

    async function hoursUntilFull(waitingBytes: number): Promise<number> {
      const itemsPerHour = (app.latest.sensors.length * 3600) / uplink.window_s;
      return roomForHours({ maxBytes: await store.ask('room', {}), waitingBytes, itemsPerHour });
    }

    async function describe(): Promise<Uplink> {
      const { items, bytes, oldestAt, setAside } = await outbox.count();
      const status = uploader?.status();
      const time = (at: number | null | undefined) => (at == null ? null : toTimestamp(at));
      const error = status?.lastError;
      return {
        state: status?.state ?? 'off',
        url: uplink.url === undefined ? null : withoutSecrets(uplink.url),
        backlog: {
          items,
          bytes,
          oldest_age_s: oldestAt === null ? null : Math.max(0, (clock.now() - oldestAt) / 1000),
        },
        hours_until_full: uploader === undefined ? null : await hoursUntilFull(bytes),
        last_success: time(status?.lastSuccessAt),
        last_error: error == null ? null : { error: error.why, at: toTimestamp(error.at) },
        next_try: time(status?.nextTryAt),
        set_aside: setAside,
        saving: saving(rawTraffic, status),
      };
    }

    // Counting walks along the backlog: the start does not wait for it. The store says itself that it is out of reach.
    void outbox.count().catch(() => {});
    app.decorate('uplink', {
      configured: uploader !== undefined,
      waiting: () => outbox.items,
      describe,
      status: () => uploader?.status(),
      flush: async () => uploader?.flush(),
    });
  },
  { name: 'uplink', dependencies: ['store', 'records', 'summaries', 'collector'] },
);

function saving({ readings, bytes }: RawTraffic, status: UplinkStatus | undefined): Uplink['saving'] {
  return {
    readings,
    reading_bytes: bytes,
    items_sent: status?.itemsSent ?? 0,
    bytes_sent: status?.bytesSent ?? 0,
    requests: status?.requests ?? 0,
  };
}

function withoutSecrets(url: string): string {
  const { origin, pathname } = new URL(url);
  return origin + pathname;
}
