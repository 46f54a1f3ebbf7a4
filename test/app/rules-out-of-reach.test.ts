import assert from 'node:assert/strict';
import { it } from 'node:test';
import { Store } from '../../src/store/store.ts';
import { eventually } from '../support/eventually.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { buildTestApp, withKey } from '../support/server.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

it('rules that cannot be loaded are tried again, and each new reason is one line in the log', async (t) => {
  const dataDirectory = temporaryFolder(t);
  const first = await buildTestApp(t, {}, { dataDirectory });
  const body = { sensor: 'button', above: 0, alert: 'info' };
  await first.app.inject({ method: 'PUT', url: '/api/rules/given', headers: withKey, body });
  await first.app.close();

  const ask = Store.prototype.ask;
  let fault: string | undefined = 'no disk';
  t.mock.method(Store.prototype, 'ask', function (this: Store, ...request: Parameters<Store['ask']>) {
    const isRules = (request[0] as string) === 'rules';
    return isRules && fault !== undefined ? Promise.reject(new Error(fault)) : ask.apply(this, request);
  });
  const lines: string[] = [];
  const logger = { level: 'info', stream: { write: (line: string) => void lines.push(line) } };
  const clock = new FakeClock();
  const { app } = await buildTestApp(t, {}, { dataDirectory, clock, logger });
  const said = () => lines.filter((line) => /rules of the API/.test(line)).map((line) => JSON.parse(line).msg);
  const pass = async (seconds: number) => {
    for (let second = 0; second < seconds; second++) {
      await clock.advance(1000);
      await new Promise(setImmediate);
    }
  };

  await pass(20);
  assert.deepEqual(said(), ['the rules of the API are out of reach: those of the file begin without them']);
  fault = 'another one';
  await pass(20);
  assert.deepEqual(said().slice(1), ['the rules of the API are still out of reach']);
  fault = undefined;
  await pass(5);
  await eventually(() => said().length > 2);
  assert.deepEqual(said().slice(2), ['the rules of the API are at work']);
  assert.deepEqual(
    app.ruleBook.list().map(({ id }) => id),
    ['given'],
  );
});

it('rules that were read and could not begin are not changed over the API', async (t) => {
  const ask = Store.prototype.ask;
  let isBroken = true;
  t.mock.method(Store.prototype, 'ask', function (this: Store, ...request: Parameters<Store['ask']>) {
    const isRules = (request[0] as string) === 'rules';
    return isRules && isBroken ? Promise.resolve({ states: {}, open: [] }) : ask.apply(this, request);
  });
  const clock = new FakeClock();
  const { app } = await buildTestApp(t, {}, { clock });
  const body = { sensor: 'button', above: 0, alert: 'info' };
  const put = async () =>
    (await app.inject({ method: 'PUT', url: '/api/rules/given', headers: withKey, body })).statusCode;
  assert.equal(await put(), 503);
  isBroken = false;
  await clock.advance(5000);
  await eventually(async () => (await put()) === 201);
});
