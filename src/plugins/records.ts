import fp from 'fastify-plugin';
import type { OutputChange } from '../outputs/change.ts';
import { Recorder } from '../store/recorder.ts';
import type { StoredAlert } from '../store/records.ts';
import type { TrustedClock } from '../timekeeping/trusted-clock.ts';

declare module 'fastify' {
  interface FastifyInstance {
    recorder: Recorder;
    /** Says that somebody knows of an alert; null where there is no such alert. On disk when it resolves. */
    acknowledgeAlert(id: number): Promise<StoredAlert | null>;
    /** Called when there is something new of an alert in the outbox. */
    onAlertsPublished(listener: () => void): void;
  }
}

interface Options {
  clock: TrustedClock;
}

/** Writes down what every output does, and gives the outbox what happens to alerts. */
export default fp<Options>(
  async (app, { clock }) => {
    const { store, publishing, timekeeping, outputs, log } = app;
    const listeners: (() => void)[] = [];
    const onPublished = () => {
      for (const listener of listeners) listener();
    };
    const recorder = new Recorder({
      store,
      clock,
      runAt: timekeeping.runAt,
      publishing,
      onPublished,
      onFault: (fault) =>
        log[store.faultLevel](fault, 'what outputs and rules do cannot be written down; it is tried again'),
    });
    void recorder.recall(); // the start does not wait for the disk
    const note = ({ from, to, ...change }: OutputChange) => recorder.change({ ...change, before: from, after: to });
    for (const { id: output, state, level } of outputs.list()) {
      const instant = { at: clock.now(), monotonic: clock.monotonic() };
      const start = { by: 'start' as const, rule: null, why: 'the server starts' };
      note({ output, ...instant, from: null, to: state === 'on', level, ...start });
    }
    outputs.onChange(note);
    timekeeping.onSettled(() => {
      store.ask('publishAlerts', publishing()).then(
        (items) => items > 0 && onPublished(),
        (error) => log.error(error, 'alerts of before the clock was trusted wait for the next one'),
      );
    });

    app.decorate('recorder', recorder);
    app.decorate('acknowledgeAlert', async (id: number) => {
      const alert = await store.ask('acknowledgeAlert', {
        ...{ id, at: clock.now(), run: timekeeping.runNow() },
        publishing: publishing(),
      });
      if (alert !== null) onPublished();
      return alert;
    });
    app.decorate('onAlertsPublished', (listener: () => void) => void listeners.push(listener));
    // Outputs are in their safe states by now, as far as their pins obeyed, and that is written down.
    app.addHook('onClose', async () => recorder.stop());
  },
  { name: 'records', dependencies: ['store', 'timekeeping', 'outputs'] },
);
