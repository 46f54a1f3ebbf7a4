import assert from 'node:assert/strict';
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { it } from 'node:test';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { messageAsNobody } from './as-nobody.ts';
import { faultsOf, load } from './faults.ts';

const LONG = 'x'.repeat(5000);
const MANY = JSON.stringify(Array.from({ length: 200 }, (_, n) => ({ id: `s${n}`, kind: 'cpu' })));

const FILES: [what: string, text: string, env?: NodeJS.ProcessEnv][] = [
  ['a value', `collect: { interval_s: ${LONG} }`],
  ['a list', `sensors: ${MANY}`],
  ['the name of a setting', `collect: { ${LONG}: 1 }`],
  ['the name of a section', `${'x'.repeat(900)}: 1`],
  ['what the YAML parser quotes', `collect: *${LONG}`],
  ['a tag', `collect: !${LONG} 1`],
  ['a variable', '', { PORT: LONG }],
  ['the name of a variable', '', { [`EDGE_${LONG}`]: '1' }],
];
for (const [what, text, env] of FILES) {
  it(`${what} of any length leaves the message short`, (t) => {
    const faults = faultsOf(() => load(t, text, env));
    assert.ok(faults.length > 0);
    for (const fault of faults) assert.ok(fault.length < 500, `${fault.length} characters: ${fault.slice(0, 200)}`);
    assert.match(faults.join('\n'), /…/);
  });
}

it('an API key of another user is named with its owner and the command that mends it', (t) => {
  if (process.getuid?.() !== 0) return t.skip('a file of another user needs root');
  const folder = temporaryFolder(t);
  chmodSync(folder, 0o755);
  const file = join(folder, 'api-key');
  for (const mode of [0o600, 0o644]) {
    writeFileSync(file, 'a-key-of-root-0123456789\n');
    chmodSync(file, mode);
    assert.equal(
      messageAsNobody('config/api-key.ts', 'loadApiKey', undefined, folder),
      `The API key file ${file} belongs to root, and this server runs as nobody: sudo chown nobody ${file} && sudo chmod 600 ${file}`,
    );
  }
});
