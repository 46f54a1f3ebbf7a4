import fp from 'fastify-plugin';
import type { Config } from '../../schemas/config.ts';
import { MAX_READINGS } from '../../schemas/limit.ts';
import type { Clock } from '../clock.ts';
import { Collector } from '../collector/collector.ts';
import { LatestReadings } from '../collector/latest.ts';
import { RecentReadings, valuesOf } from '../collector/recent.ts';
import { buildSensors } from '../sensors/build.ts';
import { OutputChanges } from '../store/output-changes.ts';
import { RawTraffic } from '../uplink/saving.ts';

declare module 'fastify' {
  interface FastifyInstance {
    collector: Collector;
    latest: LatestReadings;
    recent: RecentReadings;
    /** True when pins or any sensor are made up. */
    simulated: boolean;
  }
}

interface Options {
  config: Pick<Config, 'sensors' | 'collect'>;
  clock: Clock;
  root: string;
}

/** Reads the sensors from the first listening moment to the end, and hands every reading to memory and store. */
export default fp<Options>(
  async (app, { config, clock, root }) => {
    const { hardware, outputs, rules, store, timekeeping, log } = app;
    const sensors = await buildSensors(config, { driver: hardware.driver, clock, root });
    const sensorIds = sensors.map(({ id }) => id);
    const simulated = hardware.driver.simulated || sensors.some((sensor) => sensor.simulated);
    const latest = new LatestReadings(sensors, clock);
    const recent = new RecentReadings(MAX_READINGS);
    const stored = await store.askAtStart('snapshots', { limit: MAX_READINGS }).catch((error: Error) => {
      log[store.faultLevel](error, 'the readings of before the start are out of reach');
      return [];
    });
    for (const { values, ...snapshot } of stored) {
      // Only sensors that are configured today: every row has the same ones.
      recent.push({ ...snapshot, values: Object.fromEntries(sensorIds.map((id) => [id, values[id] ?? null])) });
    }
    const outputChanges = new OutputChanges();
    const rawTraffic = new RawTraffic();
    app.decorate('rawTraffic', rawTraffic);

    const collector = new Collector({
      sensors,
      intervalMs: config.collect.interval_s * 1000,
      clock,
      sinks: {
        onReading(reading) {
          rules.take(reading);
          const before = latest.take(reading);
          if (reading.quality !== (before?.quality ?? 'good')) {
            const { sensor, quality, reason } = reading;
            log[quality === 'good' ? 'info' : 'warn']({ sensor, reason }, `sensor ${sensor} is ${quality}`);
          }
          rawTraffic.count(reading.sensor, reading.value, reading.at);
          const run = timekeeping.runAt(reading.monotonic);
          store.append([{ kind: 'sensor', name: reading.sensor, run, ...reading }]);
        },
        onChange(reading) {
          rules.take(reading);
          latest.take(reading);
        },
        onTick(tick) {
          const states = outputs.states();
          recent.push({ at: tick.at, values: valuesOf(tick, sensorIds), outputs: states, simulated });
          const origin = { simulated: hardware.driver.simulated, run: timekeeping.runAt(tick.monotonic) };
          store.append(outputChanges.rows(tick.at, states, origin));
          store.settle();
        },
      },
    });
    app.decorate('collector', collector).decorate('latest', latest).decorate('recent', recent);
    app.decorate('simulated', simulated);
    app.addHook('onListen', async () => collector.start());
    app.addHook('preClose', async () => {
      await collector.stop();
      await app.givePinsBack(); // whoever takes them next does not wait for requests in flight, the network or the disk
    });
  },
  { name: 'collector', dependencies: ['hardware', 'outputs', 'rules', 'store', 'timekeeping'] },
);
