import type { Kernel } from './kernel.ts';
import { decodeEdges, LINE_EVENT_BYTES } from './uapi.ts';

/** Edges taken with one read; more are fetched at the next turn of the event loop. */
const EDGES_A_READ = 16;

export interface EdgeSource {
  fd: number;
  /** The state that the line was claimed in. */
  initial: boolean;
}

/**
 * Calls the listener with the new state at every edge, oldest first, until closed. The kernel queues edges from the
 * claim on, so one that comes before the listener, or while the event loop is busy, is late but not lost.
 */
export function deliverEdges(
  kernel: Kernel,
  { fd, initial }: EdgeSource,
  listener: (active: boolean) => void,
): { close(): void } {
  const buffer = Buffer.alloc(EDGES_A_READ * LINE_EVENT_BYTES);
  let open = true;
  let last = initial;

  const drain = () => {
    for (const active of decodeEdges(buffer.subarray(0, take()))) {
      // The kernel reads the level after the interrupt: a contact that bounces faster gives the same state twice. So does
      // a pull resistor that lifts the line just after the claim.
      if (active === last) continue;
      last = active;
      listener(active);
      if (!open) return;
    }
  };

  const take = () => {
    try {
      return kernel.read(fd, buffer);
    } catch {
      // The chip is gone and would report "readable" for ever; the next read() of the line says so.
      close();
      return 0;
    }
  };

  const watch = kernel.watch(fd, drain);
  const close = () => {
    open = false;
    watch.close();
  };
  return { close };
}
