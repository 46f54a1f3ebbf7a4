import assert from 'node:assert/strict';
import type { LookupFunction } from 'node:net';
import { it, type TestContext } from 'node:test';
import type { Pool } from 'undici';
import { WINDOW_MS } from '../store/a-store.ts';
import { Receiver } from '../support/receiver.ts';
import { aCertificate } from '../uplink/certificate.ts';
import { seeded } from '../uplink/seeded.ts';
import { audit } from './audit.ts';
import { deliveryFaults } from './delivery.ts';
import { report } from './figures.ts';
import { goodRows } from './recovered.ts';
import { aSendingDevice, except, hasty } from './sending-device.ts';

const SENSORS = ['air_temp_c', 'humidity'];
const WINDOWS = 144;
const TIMEOUT_MS = 10_000;

/** A receiver that is out of reach, until `end`. */
interface Outage {
  url: string;
  connect?: Pool.Options['connect'];
  /** A request is not even refused. */
  isSilent?: boolean;
  end(): Receiver | Promise<Receiver>;
}

async function failing(t: TestContext, judge: Receiver['judge']): Promise<Outage> {
  const receiver = await Receiver.start(t);
  receiver.judge = judge;
  return {
    url: receiver.url,
    end() {
      receiver.judge = () => undefined;
      receiver.hangUp();
      return receiver;
    },
  };
}

async function refusing(t: TestContext): Promise<Outage> {
  const receiver = await Receiver.start(t);
  const { url, port } = receiver;
  await receiver.close();
  return { url, end: () => Receiver.start(t, { port }) };
}

async function withoutNames(t: TestContext): Promise<Outage> {
  const receiver = await Receiver.start(t);
  let dead = true;
  const lookup: LookupFunction = (_name, _options, done) => {
    if (dead) done(Object.assign(new Error(), { code: 'EAI_AGAIN' }), '');
    else done(null, [{ address: '127.0.0.1', family: 4 }]);
  };
  return {
    url: `http://receiver.test:${receiver.port}/ingest`,
    connect: { lookup } as Pool.Options['connect'],
    end() {
      dead = false;
      return receiver;
    },
  };
}

async function expired(t: TestContext): Promise<Outage | undefined> {
  const [old, renewed] = [aCertificate(t, -1), aCertificate(t, 1)];
  if (old === undefined || renewed === undefined) return undefined;
  const receiver = await Receiver.start(t, { https: old });
  const { url, port } = receiver;
  return {
    url,
    connect: { ca: [old.cert, renewed.cert] },
    async end() {
      await receiver.close();
      return Receiver.start(t, { https: renewed, port });
    },
  };
}

const OUTAGES: Record<string, (t: TestContext) => Promise<Outage | undefined>> = {
  'a black hole': async (t) => ({ ...(await failing(t, () => 'black-hole')), isSilent: true }),
  '503 to everything': (t) => failing(t, () => ({ status: 503 })),
  'refused connections': refusing,
  'dead name servers': withoutNames,
  'an expired certificate': expired,
};

type Spoil = Parameters<typeof aSendingDevice>[1]['spoil'];

/** Some hours without the receiver, a window of each sensor every five minutes; then it is back, and there is an alert. */
async function live(t: TestContext, outage: Outage, { windows, spoil }: { windows: number; spoil?: Spoil }) {
  const { url, connect } = outage;
  const options = { url, connect, sensors: SENSORS, random: seeded(12), timeoutMs: TIMEOUT_MS };
  const device = aSendingDevice(t, { ...options, ...(spoil && { spoil }) });
  const { uploader, clock, sender, made } = device;
  uploader.start();
  for (let n = 0; n < windows; n += 1) {
    const end = clock.monotonic() + WINDOW_MS;
    // What vanishes in a black hole is over when fake time is, and not before.
    if (outage.isSilent) await clock.advance(WINDOW_MS);
    else await sender.runUntil(() => clock.monotonic() >= end, 1000);
    device.measure(n);
    uploader.wake('summary');
  }
  const meanwhile = { tries: sender.times.length, status: uploader.status(), waiting: device.waiting() };
  const receiver = await outage.end();
  const backAt = clock.monotonic();
  const alert = device.alert();
  uploader.wake('alert');
  await sender.runUntil(() => receiver.items.has(alert));
  const alertAfterMs = clock.monotonic() - backAt;
  await sender.runUntil(() => device.waiting() === 0);
  const allAfterMs = clock.monotonic() - backAt;
  await uploader.stop();
  const faults = deliveryFaults(made, { items: [...receiver.items.values()], requests: receiver.requests });
  return { device, receiver, meanwhile, alert, alertAfterMs, allAfterMs, faults };
}

for (const [what, begin] of Object.entries(OUTAGES)) {
  it(`twelve hours of ${what} lose nothing: all arrives afterwards, once, in order, alerts first`, async (t) => {
    const outage = await begin(t);
    if (outage === undefined) return t.skip('openssl is missing, or does not make such a certificate');
    const { device, receiver, meanwhile, ...lived } = await live(t, outage, { windows: WINDOWS });
    assert.notEqual(meanwhile.status.failingSince, null);
    assert.equal(meanwhile.waiting, WINDOWS * SENSORS.length);
    assert.deepEqual(lived.faults, []);
    assert.deepEqual(audit(goodRows(device.database), receiver, WINDOW_MS), []);
    assert.ok(lived.alertAfterMs <= 5000);
    const before = [...receiver.items.keys()].indexOf(lived.alert);
    assert.ok(before <= 100, `${before} items came before the alert`);
    const { times } = device.sender;
    const gaps = times.slice(1).map((at, n) => at - (times[n] ?? 0));
    assert.ok(Math.min(...gaps) >= 500, `${Math.min(...gaps)} ms between two requests`);
    assert.deepEqual(device.lines, ['uplink: does not deliver, tried again for ever', 'uplink: delivers again']);
    report(t, {
      fault: `12 h of ${what}`,
      how: `database, uploader and HTTP client with a clock by hand, ${SENSORS.length} sensors, a window every 5 minutes`,
      seen:
        `${meanwhile.tries} tries meanwhile; alert ${lived.alertAfterMs} ms after it ended, all ${WINDOWS * SENSORS.length} windows after ` +
        `${Math.round(lived.allAfterMs / 1000)} s, once and in order; never less than ${Math.min(...gaps)} ms between two requests`,
    });
  });
}

it('negative control: what does not keep a batch until it is acknowledged loses windows, or sends them in other bytes', async (t) => {
  const stormy = () => failing(t, () => ({ status: 503 }));
  const { faults: lost } = await live(t, await stormy(), { windows: 24, spoil: hasty });
  const missing = lost.filter((fault) => fault.endsWith('is missing'));
  assert.ok(missing.length > 0);

  const gathering: Spoil = (outbox, sql) =>
    except(outbox, {
      next(lane, maxItems) {
        sql(`UPDATE outbox SET batch = NULL WHERE lane = '${lane}'`);
        return outbox.next(lane, maxItems);
      },
    });
  const { faults: changed } = await live(t, await stormy(), { windows: 24, spoil: gathering });
  assert.ok(changed.length > 0 && changed.every((fault) => fault.endsWith('came again in another body')));
  report(t, {
    fault: 'negative control of it: batches that are not kept',
    how: '2 h of 503, with an outbox that forgets what it hands out, and with one that gathers anew for each try',
    seen: `${missing.length} windows lost; ${changed.length} times an item in another body than before`,
  });
});
