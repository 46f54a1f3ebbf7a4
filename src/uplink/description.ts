import type { Uplink } from '../../schemas/uplink.ts';
import { toTimestamp } from '../clock.ts';
import type { OutboxState } from '../store/outbox-protocol.ts';
import type { RawTraffic } from './saving.ts';
import type { UplinkStatus } from './uploader.ts';

interface Parts {
  url: string | undefined;
  outbox: OutboxState;
  status: UplinkStatus | undefined;
  hoursUntilFull: number | null;
  traffic: RawTraffic;
  now: number;
}

/** The uplink as the API shows it. */
export function describeUplink({ url, outbox, status, hoursUntilFull, traffic, now }: Parts): Uplink {
  const { items, bytes, oldestAt, setAside, setAsideCount } = outbox;
  const time = (at: number | null | undefined) => (at == null ? null : toTimestamp(at));
  const error = status?.lastError;
  return {
    state: status?.state ?? 'off',
    url: url === undefined ? null : withoutSecrets(url),
    backlog: { items, bytes, oldest_age_s: oldestAt === null ? null : Math.max(0, (now - oldestAt) / 1000) },
    hours_until_full: hoursUntilFull,
    last_success: time(status?.lastSuccessAt),
    last_error: error == null ? null : { error: error.why, at: toTimestamp(error.at) },
    next_try: time(status?.nextTryAt),
    refusing: status?.refusing ?? null,
    set_aside: setAside,
    set_aside_count: setAsideCount,
    saving: {
      readings: traffic.readings,
      reading_bytes: traffic.bytes,
      items_sent: status?.itemsSent ?? 0,
      bytes_sent: status?.bytesSent ?? 0,
      requests: status?.requests ?? 0,
    },
  };
}

function withoutSecrets(url: string): string {
  const { origin, pathname } = new URL(url);
  return origin + pathname;
}
