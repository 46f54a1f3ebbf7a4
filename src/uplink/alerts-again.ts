import type { Clock } from '../clock.ts';
import { Loop } from '../loop.ts';

/** How often an alert that is open and was refused is offered again. */
const EVERY_MS = 60 * 60_000;

interface Options {
  clock: Clock;
  outbox: { requeueAlerts(): Promise<number> };
  onRequeued: () => void;
  onFault: (fault: Error) => void;
}

/** Offers again what is newest of each open alert that became a dead letter. */
export function alertsAgain({ clock, outbox, onRequeued, onFault }: Options): Loop {
  return new Loop({
    clock,
    pauseMs: () => EVERY_MS,
    async turn() {
      if ((await outbox.requeueAlerts()) > 0) onRequeued();
    },
    onFault,
  });
}
