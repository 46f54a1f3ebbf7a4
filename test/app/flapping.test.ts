import assert from 'node:assert/strict';
import { it } from 'node:test';
import { aGreenhouse, ventOnHeat } from './a-greenhouse.ts';

const rules = [{ id: 'vent-on-heat', ...ventOnHeat }];
const MAX_PER_HOUR = 12;

it('a rule that flaps switches its output every time, keeps its alert open, and says so until it is quiet', async (t) => {
  const { start, clock } = aGreenhouse(t, { rules });
  const { app, get, read, isOpen } = await start();
  const alerts = async () => {
    await app.recorder.isDurable(5000);
    return (await get('/api/alerts?limit=100')).alerts as { cleared_at: string | null; suppressed: number }[];
  };
  for (let flap = 0; flap < 30; flap++) {
    await read('31');
    assert.equal(isOpen(), true);
    await clock.advance(100);
    await read('20');
    assert.equal(isOpen(), false);
    await clock.advance(100);
  }
  const seen = await alerts();
  assert.equal(seen.length, MAX_PER_HOUR);
  assert.deepEqual([seen[0]?.cleared_at, seen[0]?.suppressed], [null, 18]);
  const [rule] = (await get('/api/rules')).rules;
  assert.deepEqual([rule.flapping, rule.suppressed_alerts], [true, 18]);
  const { status, reasons } = await get('/api/health');
  assert.equal(status, 'degraded');
  assert.match(reasons.join(), /flap.*vent-on-heat/);
  const changes = (await get('/api/outputs/vent/history?limit=100')).changes as { by: string }[];
  assert.equal(changes.filter(({ by }) => by === 'rule').length, 60);

  for (let look = 0; look < 30; look++) {
    await read('20');
    await clock.advance(20_000);
  }
  await read('20');
  const [last] = await alerts();
  assert.deepEqual([last?.cleared_at, last?.suppressed], ['2026-11-23T10:00:05.900Z', 18]);
  assert.equal((await get('/api/rules')).rules[0].flapping, false);
});

it('a restart neither forgets that a rule flaps nor leaves open what is over', async (t) => {
  const { start, clock } = aGreenhouse(t, { rules });
  const flap = async ({ read }: Awaited<ReturnType<typeof start>>, times: number) => {
    for (let time = 0; time < times; time++) {
      await read('31');
      await clock.advance(100);
      await read('20');
      await clock.advance(100);
    }
  };
  const first = await start();
  await flap(first, 20);
  await first.app.close();
  const second = await start();
  assert.deepEqual((await second.get('/api/alerts?state=active')).alerts, []);
  await flap(second, 20);
  await second.app.recorder.isDurable(5000);
  const alerts = (await second.get('/api/alerts?limit=100')).alerts as { suppressed: number }[];
  assert.equal(alerts.length, MAX_PER_HOUR + 1);
  assert.equal(
    alerts.reduce((sum, { suppressed }) => sum + 1 + suppressed, 0),
    40,
  );
});
