/** What {@link PRELOAD} has seen of a server, as it writes it at the end of the process; times in milliseconds. */
export interface Stamps {
  /** From the start of the process until the last output was driven to its safe state. */
  safeMs: number;
  /** Of every write that a rule did to an output. */
  latencies: { sinceTaken: number; sinceBegun: number }[];
}

/** Module to load before the compiled server, with `BENCH_STAMPS` as the file to write. */
export const PRELOAD = new URL('./watch.ts', import.meta.url).pathname;

/** The sensor with seed n drives the output on the n-th of these pins. */
export const RULED_PINS: readonly number[] = [5, 6, 16, 23, 24];
