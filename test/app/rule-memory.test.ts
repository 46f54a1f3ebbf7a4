import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { aGreenhouse, STALE_AFTER_S, ventOnHeat } from './a-greenhouse.ts';

const RULE = '/api/rules/vent-on-heat';
const fromFile = { id: 'vent-on-heat', ...ventOnHeat };

describe('what a rule knows', () => {
  const waiting = { ...fromFile, for_s: 600 };

  it('the time that it has waited goes on over a restart', async (t) => {
    const { start, clock } = aGreenhouse(t, { rules: [waiting] });
    const first = await start();
    await readFor(400, first.read);
    await first.app.close();
    const second = await start();
    assert.equal((await second.get(RULE)).state, 'pending');
    await readFor(199, second.read);
    assert.ok(!second.isOpen());
    await clock.advance(1000);
    assert.ok(second.isOpen());

    async function readFor(seconds: number, read: (text: string) => Promise<void>): Promise<void> {
      for (let left = seconds; left > 0; left -= STALE_AFTER_S / 2) {
        await read('31');
        await clock.advance(Math.min(left, STALE_AFTER_S / 2) * 1000);
      }
    }
  });

  it('within its hysteresis it is active behind a restart, as it was before', async (t) => {
    const { start } = aGreenhouse(t, { rules: [fromFile] });
    const first = await start();
    await first.read('31');
    await first.app.close();
    assert.ok(!first.isOpen(), 'safe at the end');
    const second = await start();
    assert.ok(!second.isOpen(), 'not before the thermometer has said so');
    await second.read('29');
    assert.ok(second.isOpen());
  });

  it('a sensor that was silent before the restart is silent behind it', async (t) => {
    const { start, clock } = aGreenhouse(t, { rules: [fromFile] });
    const first = await start();
    await first.read('20');
    await clock.advance(STALE_AFTER_S * 1000);
    assert.ok(first.isOpen());
    await first.app.close();
    const second = await start();
    assert.ok(second.isOpen());
    await second.read('20');
    assert.ok(!second.isOpen());
  });

  it('is forgotten when it was another rule', async (t) => {
    const { start, clock } = aGreenhouse(t);
    const first = await start({ rules: [waiting] });
    await first.read('31');
    await clock.advance(400_000);
    await first.app.close();
    const second = await start({ rules: [{ ...waiting, above: 30.5 }] });
    assert.equal((await second.get(RULE)).state, 'waiting');
  });
});
