import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { it } from 'node:test';

const ROOT = new URL('../../src/', import.meta.url);
const sourceOf = (file: string) => readFileSync(new URL(file, ROOT), 'utf8');

it('a key is compared in constant time: as digests of one length, by timingSafeEqual, and nowhere else', () => {
  const plugin = sourceOf('plugins/api-key.ts');
  assert.match(plugin, /timingSafeEqual\(digest\(given\), expected\)/);
  assert.match(plugin, /const expected = digest\(key\);/);
  assert.match(plugin, /const digest = \(text: string\): Buffer => hash\('sha256', text, 'buffer'\);/);
  // How long `===` takes says how much of a guess was right.
  assert.doesNotMatch(
    plugin,
    /(given|expected|key) *[!=]==? *(given|expected|key)\b|\.(equals|compare|localeCompare)\(/,
  );
  const readers = globSync('**/*.ts', { cwd: ROOT }).filter((file) => /['"]x-api-key['"]\]/.test(sourceOf(file)));
  assert.deepEqual(readers, ['plugins/api-key.ts']);
});
