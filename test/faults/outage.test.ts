import assert from 'node:assert/strict';
import type { LookupFunction } from 'node:net';
import { it, type TestContext } from 'node:test';
import type { Pool } from 'undici';
import { openPool, UplinkClient } from '../../src/uplink/client.ts';
import type { FakeClock } from '../support/fake-clock.ts';
import { type Item, Receiver } from '../support/receiver.ts';
import { aCertificate } from '../uplink/certificate.ts';
import { anAlert, aSummary } from '../uplink/items.ts';
import { anUploader } from '../uplink/running-uploader.ts';
import { seeded } from '../uplink/seeded.ts';
import { WatchedSender } from '../uplink/wire.ts';
import { report } from './figures.ts';

const SENSORS = ['air_temp_c', 'humidity'];
const WINDOW_MS = 300_000;
const WINDOWS = 144;
const TIMEOUT_MS = 10_000;

/** A receiver that is out of reach, until `end`. */
interface Outage {
  url: string;
  connect?: Pool.Options['connect'];
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
  'a black hole': (t) => failing(t, () => 'black-hole'),
  '503 to everything': (t) => failing(t, () => ({ status: 503 })),
  'refused connections': refusing,
  'dead name servers': withoutNames,
  'an expired certificate': expired,
};

/** An uploader with the production client, whose timeouts pass on the fake clock. */
function overTheWire(t: TestContext, { url, connect }: Outage) {
  const toSender = (clock: FakeClock) => {
    const client = new UplinkClient({
      url,
      timeoutMs: TIMEOUT_MS,
      clock,
      dispatcher: openPool(url, TIMEOUT_MS, connect),
    });
    t.after(() => client.close());
    return new WatchedSender(client, clock);
  };
  return anUploader({ random: seeded(12), sender: toSender });
}

for (const [what, begin] of Object.entries(OUTAGES)) {
  it(`twelve hours of ${what} lose nothing: all arrives afterwards, once, in order, alerts first`, async (t) => {
    const outage = await begin(t);
    if (outage === undefined) return t.skip('openssl is missing, or does not make such a certificate');
    const { uploader, outbox, sender, clock, lines } = overTheWire(t, outage);
    uploader.start();
    const windows: Item[] = [];
    for (let n = 0; n < WINDOWS; n += 1) {
      await clock.advance(WINDOW_MS);
      const items = SENSORS.map((sensor) => aSummary(sensor, n));
      windows.push(...items);
      outbox.add(...items);
      uploader.wake('summary');
    }
    assert.notEqual(uploader.status().failingSince, null);
    assert.equal(outbox.acknowledged.length, 0);
    const tries = sender.times.length;
    const receiver = await outage.end();
    const backAt = clock.monotonic();
    outbox.add(anAlert());
    uploader.wake('alert');
    await sender.runUntil(() => receiver.items.has(anAlert().id));
    const alertAfterMs = clock.monotonic() - backAt;
    await sender.runUntil(() => outbox.size === 0);
    const allAfterMs = clock.monotonic() - backAt;
    await uploader.stop();

    assert.ok(alertAfterMs <= 5000);
    for (const sensor of SENSORS) {
      const arrived = [...receiver.items.values()].filter((item) => item.sensor === sensor && item.kind === 'summary');
      assert.deepEqual(
        arrived,
        windows.filter((item) => item.sensor === sensor),
      );
    }
    const before = [...receiver.items.keys()].indexOf(anAlert().id);
    assert.ok(before <= 100, `${before} items came before the alert`);
    assert.deepEqual(receiver.brokenKeys, []);
    const gaps = sender.times.slice(1).map((at, n) => at - (sender.times[n] ?? 0));
    assert.ok(Math.min(...gaps) >= 500, `${Math.min(...gaps)} ms between two requests`);
    assert.deepEqual(lines, ['uplink: does not deliver, tried again for ever', 'uplink: delivers again']);
    report(t, {
      fault: `12 h of ${what}`,
      how: `uploader and HTTP client with a clock by hand, ${SENSORS.length} sensors, a window every 5 minutes`,
      seen:
        `${tries} tries meanwhile; alert ${alertAfterMs} ms after it ended, all ${windows.length} windows after ${Math.round(allAfterMs / 1000)} s, ` +
        `once and in order; never less than ${Math.min(...gaps)} ms between two requests`,
    });
  });
}
