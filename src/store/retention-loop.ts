import type { Clock } from '../clock.ts';
import { Loop } from '../loop.ts';

interface Options {
  clock: Clock;
  /** One small step; false when there is nothing left to do. */
  step: () => Promise<boolean>;
  onFault: (fault: Error) => void;
}

const EVERY_MS = 60_000;

/** Makes room every minute, step by step: between two steps the database's thread serves others. */
export function retentionLoop({ clock, step, onFault }: Options): Loop {
  const loop: Loop = new Loop({
    clock,
    pauseMs: () => EVERY_MS,
    async turn() {
      while (!loop.stopped && (await step()));
    },
    onFault,
  });
  return loop;
}
