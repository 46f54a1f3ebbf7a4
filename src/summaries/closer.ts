import type { Clock } from '../clock.ts';
import { Loop } from '../loop.ts';
import { CLOSE_AFTER_MS } from './window.ts';

interface Options {
  clock: Clock & { readonly trusted: boolean };
  windowMs: number;
  /** Closes some of what is over at this time; answers how many windows that were, 0 when all are closed. */
  close: (now: number) => Promise<number>;
  onClosed: (windows: number) => void;
  onFault: (fault: Error) => void;
}

/**
 * Closes windows when they are over: woken at start for those of the life before, then at the end of each one as the
 * clock has it by then. Without a trusted clock nothing is known to be over.
 */
export function windowCloser({ clock, windowMs, close, onClosed, onFault }: Options): Loop {
  const loop: Loop = new Loop({
    clock,
    pauseMs: () => windowMs - ((clock.now() - CLOSE_AFTER_MS) % windowMs),
    async turn() {
      if (!clock.trusted) return;
      // Step by step: in between the database's thread serves others.
      while (!loop.stopped) {
        const closed = await close(clock.now());
        if (closed === 0) return;
        onClosed(closed);
      }
    },
    onFault,
  });
  return loop;
}
