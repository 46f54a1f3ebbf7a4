import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { RuleConfig, RuleDefinition } from '../../schemas/rules.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { buildTestApp, withKey } from '../support/server.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

export const VENT = 22;
export const HEATER = 23;
export const STALE_AFTER_S = 30;
const JSON_BODY = { 'content-type': 'application/json' };
const vent = (action: 'on' | 'off') => ({ output: 'vent', action });

/** Opens the vent above 30 °C until 28 °C, and opens it when the thermometer is silent. */
export const ventOnHeat: RuleDefinition & Pick<RuleConfig, 'hysteresis' | 'for_s'> = {
  ...{ sensor: 'air_temp_c', above: 30, hysteresis: 2, for_s: 0, alert: 'warning' },
  // biome-ignore lint/suspicious/noThenProperty: the rule's word
  ...{ then: vent('on'), otherwise: vent('off'), when_stale: vent('on') },
};

interface Setting {
  rules?: RuleConfig[];
  upstream?: string;
}

/** A greenhouse with a thermometer, a vent and a heater. It keeps its disk, its clock and its weather over a restart. */
export function aGreenhouse(t: TestContext, { rules = [], upstream }: Setting = {}) {
  const clock = new FakeClock();
  const root = temporaryFolder(t);
  const dataDirectory = temporaryFolder(t);
  const output = { active: 'high', safe: 'off', override_s: 3600 } as const;
  const sensor = { kind: 'sysfs', path: '/air', unit: '°C', scale: 1, offset: 0, max: 80 } as const;

  async function start(changes: { rules?: RuleConfig[] } = {}) {
    const { app, pins } = await buildTestApp(
      t,
      {
        sensors: [
          { ...sensor, id: 'air_temp_c', stale_after_s: STALE_AFTER_S },
          { ...sensor, id: 'soil_temp_c', stale_after_s: 3600 },
        ],
        outputs: [
          { ...output, excludes: [], id: 'vent', pin: VENT },
          { ...output, excludes: [], id: 'heater', pin: HEATER },
        ],
        rules: changes.rules ?? rules,
        ...(upstream === undefined ? {} : { uplink: { url: upstream } }),
      },
      { clock, root, dataDirectory },
    );
    const get = async (url: string) => (await app.inject(url)).json();
    const send = (method: 'PUT' | 'POST' | 'DELETE', url: string, body?: object | string) =>
      app.inject({ method, url, headers: { ...withKey, ...(body && JSON_BODY) }, ...(body && { body }) });
    /** The thermometer shows this from now on, and is read; empty: it is broken. */
    const read = async (text: string) => {
      writeFileSync(join(root, 'air'), text);
      await app.collector.tick();
    };
    return { app, pins, get, send, read, isOpen: () => pins.level(VENT) === 1 };
  }
  return { clock, start, dataDirectory };
}
