import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { type Health, HealthSchema } from '../../schemas/health.ts';
import { Named } from '../../schemas/primitives.ts';
import { problems } from '../../schemas/problem.ts';
import { toTimestamp } from '../clock.ts';
import type { OutputBank } from '../outputs/bank.ts';
import { sentence } from './sentence.ts';
import { uplinkReasons } from './uplink-reasons.ts';

/** Rules that are named in a reason. */
const NAMED = 5;

const time = (at: number | null) => (at === null ? null : toTimestamp(at));

const health: FastifyPluginAsyncTypebox = async (app) => {
  const { clock, collector, config, hardware, latest, recent, store, recorder } = app;
  const { timekeeping, uplink, productVersion } = app;
  const start = clock.monotonic();

  function storeHealth(): Health['store'] {
    const { status, lastError, pendingRows, droppedRows, lastCommitAt, recovered, ...room } = store.health();
    return {
      status,
      last_error: lastError,
      commit_every_s: config.store.commit_every_s,
      pending_rows: pendingRows,
      dropped_rows: droppedRows,
      last_commit: time(lastCommitAt),
      ...{ size_bytes: room.sizeBytes, used_bytes: room.usedBytes, max_bytes: room.maxBytes },
      dropped_readings: room.droppedReadings,
      dropped_awaiting_time: room.droppedUntold,
      dropped_records: recorder.droppedEver,
      recovered: recovered && { ...recovered, at: toTimestamp(recovered.at) },
    };
  }

  function ofUplink(): string[] {
    const status = uplink.status();
    if (status === undefined) return [];
    const untimed = timekeeping.trusted ? [] : [`${timekeeping.waiting()} Nothing new is sent upstream before.`];
    return [...untimed, ...uplinkReasons(status, uplink.deadLetters(), clock.now())];
  }

  app.get(
    '/health',
    {
      schema: {
        operationId: 'getHealth',
        summary: 'Whether all is well, and what is not',
        tags: ['Device'],
        response: { 200: Named(HealthSchema, 'The state of health; also when it is degraded.'), ...problems(500) },
      },
    },
    async () => {
      const onDisk = storeHealth();
      const reasons = [...staleReasons(latest.stale()), ...pinReasons(hardware.fault, app.outputs), ...ofUplink()];
      reasons.push(...storeReasons(onDisk, recorder.dropped), ...flappingReasons(app.alertRate.flapping));
      return {
        status: reasons.length === 0 ? ('healthy' as const) : ('degraded' as const),
        reasons,
        uptime_seconds: Math.round((clock.monotonic() - start) / 100) / 10,
        readings_stored: recent.size,
        version: productVersion,
        hardware: {
          driver: hardware.driver.name,
          simulated: hardware.driver.simulated,
          description: `${hardware.driver.description}: ${hardware.why}`,
        },
        collector: {
          interval_s: config.collect.interval_s,
          ticks: collector.ticks,
          skipped: collector.skipped,
          last_tick: time(collector.lastTickAt),
        },
        clock: { trusted: timekeeping.trusted },
        uplink: {
          state: uplink.status()?.state ?? ('off' as const),
          backlog_items: uplink.waiting(),
          set_aside: uplink.deadLetters().count,
        },
        store: onDisk,
      };
    },
  );
};
export default health;

const staleReasons = (ids: string[]) => ids.map((id) => `Sensor ${id} has had no good reading for too long.`);

function storeReasons({ status, last_error, recovered, ...counts }: Health['store'], lost: number): string[] {
  const reasons = status === 'failing' ? [`Readings cannot be stored: ${sentence(last_error)}`] : [];
  const untimed = counts.dropped_awaiting_time;
  if (untimed > 0) {
    reasons.push(`${untimed} readings were dropped before their time was known: a gap will tell of them when it is.`);
  }
  if (lost > 0) {
    reasons.push(`${lost} changes of outputs and alerts since the start are lost: the disk was away for too long.`);
  }
  if (recovered !== null) {
    const { at, file, items, readings } = recovered;
    const saved = `${items} items for upstream and ${readings} readings were saved from it`;
    reasons.push(`A broken file of the database was set aside at ${at} as ${file}: ${saved}.`);
  }
  return reasons;
}

function flappingReasons(rules: readonly string[]): string[] {
  if (rules.length === 0) return [];
  const more = rules.length > NAMED ? ', …' : '';
  return [`Rules flap, and their alerts are held to their rate: ${rules.slice(0, NAMED).join(', ')}${more}.`];
}

function pinReasons(fault: string | undefined, outputs: OutputBank): string[] {
  return [
    ...(fault === undefined ? [] : [`The pins are not under control: ${sentence(fault)}`]),
    ...outputs.failing().map(({ id, since }) => `Output ${id} has not obeyed since ${toTimestamp(since)}.`),
  ];
}
