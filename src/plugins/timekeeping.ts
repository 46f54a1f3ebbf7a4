import fp from 'fastify-plugin';
import type { Config } from '../../schemas/config.ts';
import type { Cancel } from '../clock.ts';
import { type Run, UNKNOWN_RUN } from '../store/protocol.ts';
import { bootIdentity, type Synchronised, synchronisedBy, waitingSentence } from '../timekeeping/synchronised.ts';
import type { TrustedClock } from '../timekeeping/trusted-clock.ts';

declare module 'fastify' {
  interface FastifyInstance {
    timekeeping: {
      /** False until the wall clock is known to be right. */
      readonly trusted: boolean;
      /** What it waits for until then, and which setting changes that. */
      waiting(): string;
      /** What a row that was begun at this monotonic instant has to carry: 0, or the run that waits for the true time. */
      runAt(monotonic: number): number;
      /** The same for this instant, where it has to be stored at once. Throws while no run could begin. */
      runNow(): number;
      /** Called when the clock is trusted and everything stands at its true time. */
      onSettled(listener: () => void): void;
    };
  }
}

interface Options {
  clock: TrustedClock;
  trust: Config['clock']['trust'];
  root: string;
}

const LOOK_EVERY_MS = 5000;
const WARN_AFTER_MS = 10 * 60_000;
/** Rows that are moved to their true time in one step: the database's thread is free for others in between. */
const ROWS_A_STEP = 2000;

/** Waits for the wall clock to be right, and then moves what was recorded before to its true time. */
export default fp<Options>(
  async (app, { clock, trust, root }) => {
    const { store, hardware, log } = app;
    const boot = await bootIdentity(root);
    /** Why the run could not begin. */
    let unreachable: unknown;
    let run = await begin();
    const simulated = trust === 'auto' && hardware.driver.simulated;
    const synchronised: Synchronised = simulated ? async () => true : synchronisedBy(trust, root);
    let cancel: Cancel = () => {};
    let stopped = false;
    const cancelWarning = clock.after(WARN_AFTER_MS, () => clock.trusted || log.warn(app.timekeeping.waiting()));
    const listeners: (() => void)[] = [];

    /** Undefined where the database is out of reach. */
    async function begin(guess?: { offset: number }): Promise<Run | undefined> {
      const instant = { boot, wall: clock.now(), monotonic: clock.monotonic() };
      return store[guess ? 'ask' : 'askAtStart']('beginRun', { ...instant, ...guess }).catch((error) => {
        unreachable = error;
        return undefined;
      });
    }

    /** A run that could not begin with the server begins as soon as the database is there, with the guess of the start. */
    async function look(): Promise<void> {
      if (run === undefined) {
        run = await begin({ offset: clock.offset });
        if (run !== undefined) store.adopt(run.id);
      }
      const right = run !== undefined && clock.isPossible && (run.trusted || (await synchronised()));
      if (stopped) return; // the store may be closed by now
      if (run !== undefined && right) {
        log.info('the clock is trusted from now on');
        void moveRows(run, clock.trust());
      } else {
        cancel = clock.after(LOOK_EVERY_MS, () => void look());
      }
    }

    async function moveRows(run: Run, offset: number): Promise<void> {
      try {
        await store.flush();
        let moved: number;
        do moved = await store.ask('trustRun', { run: run.id, offset, limit: ROWS_A_STEP });
        while (moved > 0 && !stopped);
        for (const listener of listeners) listener();
      } catch (error) {
        if (stopped) return;
        log.error(error, 'readings could not be moved to their true time yet');
        cancel = clock.after(LOOK_EVERY_MS, () => void moveRows(run, offset));
      }
    }

    clock.guess(run?.offset ?? clock.offset);
    const runAt = (monotonic: number) => (clock.trustedAt(monotonic) ? 0 : (run?.id ?? UNKNOWN_RUN));
    app.decorate('timekeeping', {
      get trusted() {
        return clock.trusted;
      },
      waiting: () => waitingSentence(trust, clock),
      runAt,
      runNow() {
        const now = runAt(clock.monotonic());
        if (now === UNKNOWN_RUN) throw unreachable;
        return now;
      },
      onSettled: (listener: () => void) => void listeners.push(listener),
    });
    if (run === undefined) cancel = clock.after(LOOK_EVERY_MS, () => void look());
    else await look();
    app.addHook('onClose', async () => {
      stopped = true;
      cancelWarning();
      cancel();
    });
  },
  { name: 'timekeeping', dependencies: ['store', 'hardware'] },
);
