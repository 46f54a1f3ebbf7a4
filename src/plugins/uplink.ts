import fp from 'fastify-plugin';
import type { Config } from '../../schemas/config.ts';
import type { Uplink } from '../../schemas/uplink.ts';
import type { Clock } from '../clock.ts';
import type { Lane } from '../store/outbox-protocol.ts';
import { alertsAgain } from '../uplink/alerts-again.ts';
import { describeUplink } from '../uplink/description.ts';
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
      /** Dead letters, and why the newest is one, as old as that. */
      deadLetters(): { count: number; reason: string | null };
      /** Lets dead letters wait again, all where no ids are given; returns how many. */
      requeue(ids?: readonly string[]): Promise<number>;
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

const SET_ASIDE = 'uplink: set aside, because the receiver refuses it while it accepts others';

/** Sends what the outbox holds, from the first listening moment to the end. */
export default fp<Options>(
  async (app, { clock, config: { uplink }, proxies }) => {
    const { store, log, rawTraffic, device } = app;
    const outbox = new StoredOutbox({
      ...{ store, device: device.id, uid: device.uid, clock },
      onDeadLetters: (refused) => log.warn({ why: refused[0]?.reason, items: refused.length }, SET_ASIDE),
    });
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
      const again = alertsAgain({
        ...{ clock, outbox, onRequeued: () => uploader.wake('alert') },
        onFault: (fault) => log.error(fault, 'open alerts that were refused could not be offered again'),
      });
      app.addHook('onListen', async () => {
        uploader.start();
        again.wake();
      });
      app.addHook('onClose', async () => {
        await again.stop();
        await uploader.stop();
        outbox.stop();
        await client.close();
      });
      return uploader;
    }

    async function requeue(ids?: readonly string[]): Promise<number> {
      return outbox.requeue(ids).finally(() => (['alert', 'summary'] as const).map((lane) => uploader?.wake(lane)));
    }

    async function hoursUntilFull(waitingBytes: number): Promise<number> {
      const itemsPerHour = (app.latest.sensors.length * 3600) / uplink.window_s;
      return roomForHours({ maxBytes: await store.ask('room', {}), waitingBytes, itemsPerHour });
    }

    async function describe(): Promise<Uplink> {
      const state = await outbox.count();
      const hours = uploader === undefined ? null : await hoursUntilFull(state.bytes);
      const now = { now: clock.now(), outbox: state, status: uploader?.status(), hoursUntilFull: hours };
      return describeUplink({ ...now, url: uplink.url, traffic: rawTraffic });
    }

    // Counting walks along the backlog: the start does not wait for it. The store says itself that it is out of reach.
    void outbox.count().catch(() => {});
    app.decorate('uplink', {
      configured: uploader !== undefined,
      waiting: () => outbox.items,
      deadLetters: () => outbox.deadLetters,
      requeue,
      describe,
      status: () => uploader?.status(),
      flush: async () => uploader?.flush(),
    });
  },
  { name: 'uplink', dependencies: ['store', 'records', 'summaries', 'collector'] },
);
