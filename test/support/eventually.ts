import { setTimeout as pause } from 'node:timers/promises';

const TRY_EVERY_MS = 20;

/** Waits until `look` gives something other than undefined or false, for what happens in other processes and threads. */
export async function eventually<T>(look: () => T | Promise<T>, withinMs = 10_000): Promise<NonNullable<T>> {
  const deadline = performance.now() + withinMs;
  for (;;) {
    const seen = await look();
    if (seen) return seen;
    if (performance.now() > deadline) throw new Error(`did not happen within ${withinMs} ms: ${look}`);
    await pause(TRY_EVERY_MS);
  }
}
