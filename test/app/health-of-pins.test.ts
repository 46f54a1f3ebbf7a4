import assert from 'node:assert/strict';
import { it } from 'node:test';
import { aMortalDriver, quiet } from '../hardware/pigpio/a-mortal-driver.ts';
import { buildTestApp, withKey } from '../support/server.ts';

it('health is degraded while the pins are out of reach, and a command says so', async (t) => {
  const { driver, children, clock, wires } = await aMortalDriver(t);
  const { app } = await buildTestApp(t, {}, { clock, hardware: { driver, why: 'a test' } });
  const health = async () => (await app.inject('/api/health')).json();
  const commandLed = () => app.inject({ method: 'POST', url: '/api/led', headers: withKey, payload: { action: 'on' } });
  const before = await health();
  assert.deepEqual([before.status, before.hardware.driver], ['healthy', 'pigpio']);

  children.die();
  await quiet();
  const { status, reasons } = await health();
  assert.equal(status, 'degraded');
  assert.match(
    reasons.join(),
    /^The pins are not under control: pigpio ended \(SIGKILL\): outputs keep their levels .*\.$/,
  );
  assert.ok((await commandLed()).statusCode >= 500);

  assert.match((await health()).reasons.join(), /Output led has not obeyed since /);

  await clock.advance(1000);
  await quiet();
  await clock.advance(1000); // the output tells its pin once more what it is to show
  assert.deepEqual((await health()).reasons, []);
  assert.equal((await commandLed()).statusCode, 200);
  await quiet();
  assert.equal(wires.levels.get(17), 1);
  await app.close();
  assert.equal(wires.levels.get(17), 0);
});
