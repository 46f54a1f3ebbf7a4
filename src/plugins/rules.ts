import type { FastifyBaseLogger } from 'fastify';
import fp from 'fastify-plugin';
import type { Config } from '../../schemas/config.ts';
import type { RuleConfig } from '../../schemas/rules.ts';
import { staleAfterS } from '../../schemas/stale-after.ts';
import type { Cancel, Clock } from '../clock.ts';
import type { AlertRate } from '../rules/alert-rate.ts';
import { RuleEngine, type Transition } from '../rules/engine.ts';
import type { RuleState } from '../rules/evaluate.ts';
import { Journal } from '../rules/journal.ts';
import { RuleBook, type Shelf } from '../rules/rule-book.ts';
import { readRules } from '../rules/stored-rule.ts';
import type { Store } from '../store/store.ts';
import { bootIdentity } from '../timekeeping/synchronised.ts';

declare module 'fastify' {
  interface FastifyInstance {
    rules: RuleEngine;
    ruleBook: RuleBook;
    /** How alerts are held to their rate. */
    alertRate: AlertRate;
  }
}

interface Options {
  config: Pick<Config, 'alerts' | 'rules' | 'sensors' | 'outputs' | 'collect'>;
  clock: Clock;
  root: string;
}

/** Most rules that the API may add. */
const MAX_GIVEN = 100;
const TRY_AGAIN_MS = 5000;

/** Decides on the device; the collector hands it every reading first of all. What it knows outlives the process. */
export default fp<Options>(
  async (app, { config, clock, root }) => {
    const { outputs, recorder, store, timekeeping, log } = app;
    const journal = new Journal({
      clock,
      records: recorder,
      maxAlertsPerHour: config.alerts.max_per_hour,
      boot: await bootIdentity(root),
      sensor: (id) => app.latest.sensors.find((sensor) => sensor.id === id),
    });
    const engine = new RuleEngine({
      clock,
      actuator: outputs,
      surroundings: surroundings(config),
      onTransition(transition) {
        journal.transition(transition);
        if (!journal.rate.isFlapping(transition.id)) tell(log, transition);
      },
      onPending: (standing) => journal.pending(standing),
    });
    const shelf = shelfIn(store, timekeeping);
    const book = new RuleBook({
      engine,
      clock,
      shelf,
      file: config.rules,
      known: {
        sensors: new Set(config.sensors.map(({ id }) => id)),
        outputs: new Set(config.outputs.map(({ id }) => id)),
      },
      rate: journal.rate,
      maxGiven: MAX_GIVEN,
    });

    function recalled(rule: RuleConfig, text: string | undefined): RuleState | undefined {
      try {
        return journal.recall(rule, text);
      } catch (error) {
        log.error(error, `what rule ${rule.id} knew cannot be read: it begins anew`);
        return undefined;
      }
    }

    async function load(ask: 'ask' | 'askAtStart' = 'ask'): Promise<void> {
      const { rules, states, open } = await store[ask]('rules', {});
      const given = readRules(rules, (id, error) =>
        log.error(error, `rule ${id} is stored and cannot be read: it is left out until it is put anew`),
      );
      book.start(given, (rule) => recalled(rule, states[rule.id]));
      shelf.isRead = true;
      journal.reconcile(open, engine.rules);
    }

    let giveUp = () => {};
    timekeeping.onSettled(() => {
      book
        .restamp(async () => (await store.ask('rules', {})).rules)
        .catch((error) =>
          log.error(error, 'rules that were changed before the clock was trusted show the time of then'),
        );
    });

    await load('askAtStart').catch((error) => {
      log[store.faultLevel](error, 'the rules of the API are out of reach: those of the file begin without them');
      book.start([], () => undefined);
      giveUp = tryLater(load, { clock, log, said: error.message });
    });
    app.decorate('rules', engine).decorate('ruleBook', book).decorate('alertRate', journal.rate);
    app.addHook('onClose', async () => {
      giveUp();
      engine.stop();
      journal.close(engine.rules.values());
    });
  },
  { name: 'rules', dependencies: ['outputs', 'store', 'timekeeping', 'records'] },
);

function tell(log: FastifyBaseLogger, { id, after, why }: Transition): void {
  log.info({ rule: id, phase: after?.state.phase ?? 'gone' }, `rule ${id}: ${why}`);
}

/** Tries until it works; what fails in the same way again is no line in the log. Answers how to give up. */
function tryLater(
  load: () => Promise<void>,
  options: { clock: Clock; log: FastifyBaseLogger; said: string },
): () => void {
  const { clock, log } = options;
  let cancel: Cancel = () => {};
  let stopped = false;
  const again = (said: string) => {
    cancel = clock.after(TRY_AGAIN_MS, () => {
      load().then(
        () => log.info('the rules of the API are at work'),
        (error) => {
          if (stopped) return;
          if (error.message !== said) log.error(error, 'the rules of the API are still out of reach');
          again(error.message);
        },
      );
    });
  };
  again(options.said);
  return () => {
    stopped = true;
    cancel();
  };
}

function surroundings({ sensors, outputs, collect }: Options['config']) {
  return {
    staleAfterS: new Map(sensors.map((sensor) => [sensor.id, staleAfterS(sensor, collect.interval_s)])),
    safe: new Map(outputs.map(({ id, safe }) => [id, safe === 'on'])),
  };
}

/** Nothing is changed before it is known what there is. */
function shelfIn(store: Pick<Store, 'ask'>, { runNow }: { runNow: () => number }): Shelf & { isRead: boolean } {
  return {
    isRead: false,
    async put({ id, definition, changedAt: at }) {
      if (!this.isRead) throw new Error('the rules that are stored could not be read yet');
      await store.ask('putRule', { id, definition: JSON.stringify(definition), at, run: runNow() });
    },
    async delete(id, at) {
      if (!this.isRead) throw new Error('the rules that are stored could not be read yet');
      await store.ask('deleteRule', { id, at, run: runNow() });
    },
  };
}
