import { toTimestamp } from '../clock.ts';
import type { UplinkStatus } from '../uplink/uploader.ts';
import { sentence } from './sentence.ts';

/** A receiver that restarts is no fault of this device. */
const FAILING_TOO_LONG_MS = 5 * 60_000;

interface DeadLetters {
  count: number;
  /** Of the newest. */
  reason: string | null;
}

/** What is not well on the way upstream, one sentence each. */
export function uplinkReasons(status: UplinkStatus, deadLetters: DeadLetters, now: number): string[] {
  const { state, failingSince, lastError, refusing } = status;
  const reasons: string[] = [];
  if (deadLetters.count > 0) {
    const what = `Set aside, because the receiver refuses them while it accepts others: ${deadLetters.count} items`;
    reasons.push(
      `${what}; POST /api/uplink/set-aside/retry sends them again. The newest: ${sentence(deadLetters.reason)}`,
    );
  }
  if (refusing !== null) {
    reasons.push(`The receiver refuses all that it is offered; it is kept and tried again: ${sentence(refusing)}`);
  } else if (state === 'paused') reasons.push(`The uplink is paused: ${sentence(lastError?.why)}`);
  else if (failingSince !== null && now - failingSince > FAILING_TOO_LONG_MS) {
    reasons.push(`Nothing gets through upstream since ${toTimestamp(failingSince)}: ${sentence(lastError?.why)}`);
  }
  return reasons;
}
