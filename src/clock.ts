/** Cancels a timer; harmless when it has already fired. */
export type Cancel = () => void;

/** The one door to time, so that tests can turn the hands. */
export interface Clock {
  /** Wall time in milliseconds since 1970. It jumps: a Pi has no battery clock. */
  now(): number;
  /**
   * Milliseconds since the machine started, the same clock for every process. It never jumps: every duration is measured
   * with it, and it ties readings together that were taken before the wall clock could be trusted.
   */
  monotonic(): number;
  after(delayMs: number, run: () => void): Cancel;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => Number(process.hrtime.bigint()) / 1e6,
  after(delayMs, run) {
    const timer = setTimeout(run, Math.ceil(delayMs)); // a timer cuts fractions off, and would fire too early
    return () => clearTimeout(timer);
  },
};

/** RFC 3339 in UTC with milliseconds. */
export function toTimestamp(epochMs: number): string {
  return new Date(epochMs).toISOString();
}
