import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { it } from 'node:test';
import { QualitySchema, SensorSchema } from '../../schemas/sensors.ts';
import { faultsIn } from '../config/faults.ts';

const page = readFileSync(join(import.meta.dirname, '../../docs/sensors.md'), 'utf8');

const blocks = (language: string) =>
  [...page.matchAll(new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\``, 'gms'))].map(([, text = '']) => text);

it('every configuration on the page about sensors is accepted', (t) => {
  assert.equal(blocks('yaml').length, 2);
  for (const text of blocks('yaml')) assert.deepEqual(faultsIn(t, text), []);
});

it('the page about sensors has every quality and every member of a sensor', () => {
  const { enum: qualities } = QualitySchema as unknown as { enum: string[] };
  for (const quality of qualities) assert.ok(page.includes(`| \`${quality}\``), quality);
  const [example = ''] = blocks('json');
  assert.deepEqual(Object.keys(JSON.parse(example)).sort(), Object.keys(SensorSchema.properties).sort());
});
