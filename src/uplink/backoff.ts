const BASE_MS = 1000;
const CAP_MS = 5 * 60_000;
const MAX_RETRY_AFTER_MS = 60 * 60_000;

/** RFC 9110, section 5.6.7: the one form of a date that a sender may write. */
const HTTP_DATE = /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/;

export interface Failure {
  /** Failures in a row before this one. */
  attempt: number;
  /** What the receiver asked for, as {@link retryAfterMs} reads it. */
  retryAfterMs?: number | undefined;
}

/**
 * How long to wait after a failure, in milliseconds: full jitter over the capped exponential, so that devices that
 * lost the same receiver do not come back together. It is added to what the receiver asked for, for the same reason.
 * `random` gives numbers from 0 up to 1.
 */
export function waitMs({ attempt, retryAfterMs = 0 }: Failure, random: () => number): number {
  return retryAfterMs + random() * Math.min(CAP_MS, BASE_MS * 2 ** attempt);
}

/**
 * Reads a Retry-After header, seconds or a date, as milliseconds from 0 to one hour; undefined when it makes no sense.
 * A date counts from the answer's own Date header where there is one: the device's clock may be decades off.
 */
export function retryAfterMs(retryAfter: string | undefined, date: string | undefined, nowMs: number) {
  const text = retryAfter?.trim() ?? '';
  if (/^\d+$/.test(text)) return Math.min(Number(text) * 1000, MAX_RETRY_AFTER_MS);
  const until = httpDate(text);
  if (until === undefined) return undefined;
  return Math.min(Math.max(0, until - (httpDate(date?.trim() ?? '') ?? nowMs)), MAX_RETRY_AFTER_MS);
}

function httpDate(text: string): number | undefined {
  const ms = HTTP_DATE.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(ms) ? undefined : ms;
}
