import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { promisify } from 'node:util';
import { KEY_FILE, loadApiKey } from '../../src/config/api-key.ts';
import { StartError } from '../../src/start-error.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const run = promisify(execFile);

const SOURCE = join(import.meta.dirname, '../../src/config/api-key.ts');

describe('the API key', () => {
  it('is the configured one, and then nothing is written', (t) => {
    const folder = temporaryFolder(t);
    const { key, source } = loadApiKey('a-configured-key-of-mine', folder);
    assert.equal(key, 'a-configured-key-of-mine');
    assert.ok(!source.includes(key));
    assert.deepEqual(readdirSync(folder), []);
  });

  it('is made at the first start, for its owner alone, with 256 random bits', (t) => {
    const folder = temporaryFolder(t);
    const { key, source } = loadApiKey(undefined, folder);
    assert.match(key, /^[A-Za-z0-9_-]{43}$/);
    assert.equal(readFileSync(join(folder, KEY_FILE), 'utf8').trim(), key);
    assert.equal(statSync(join(folder, KEY_FILE)).mode & 0o777, 0o600);
    assert.ok(source.includes(join(folder, KEY_FILE)) && !source.includes(key));
    assert.deepEqual(readdirSync(folder), [KEY_FILE], 'nothing else is left behind');
    assert.notEqual(loadApiKey(undefined, temporaryFolder(t)).key, key);
  });

  it('is the same at the second start', (t) => {
    const folder = temporaryFolder(t);
    const first = loadApiKey(undefined, folder);
    const second = loadApiKey(undefined, folder);
    assert.equal(second.key, first.key);
    assert.notEqual(second.source, first.source);
  });

  it('may be written by hand, with white space around it', (t) => {
    const folder = temporaryFolder(t);
    writeFileSync(join(folder, KEY_FILE), '\n  written-by-hand-0123 \r\n', { mode: 0o600 });
    assert.equal(loadApiKey(undefined, folder).key, 'written-by-hand-0123');
  });

  it('is refused when it is too short or has other characters, and not repeated', (t) => {
    const folder = temporaryFolder(t);
    for (const text of ['', '\n', 'fifteen-letters', 'fifteen and one spaces', 'fifteen-\u0000-control']) {
      writeFileSync(join(folder, KEY_FILE), text, { mode: 0o600 });
      assert.throws(
        () => loadApiKey(undefined, folder),
        (error) =>
          error instanceof StartError &&
          /is not 16 to 256 printable characters/.test(error.message) &&
          !error.message.includes('fifteen'),
      );
    }
  });

  it('is refused when others than its owner can read it', (t) => {
    const folder = temporaryFolder(t);
    for (const mode of [0o640, 0o604, 0o666]) {
      writeFileSync(join(folder, KEY_FILE), 'written-by-hand-0123');
      chmodSync(join(folder, KEY_FILE), mode);
      assert.throws(() => loadApiKey(undefined, folder), { name: 'StartError', message: /chmod 600/ });
    }
  });

  it('is one key when several starts race for it', async (t) => {
    const folder = temporaryFolder(t);
    const script = `const { loadApiKey } = await import(${JSON.stringify(SOURCE)});
      while (Date.now() < ${Date.now() + 500});
      console.log(loadApiKey(undefined, ${JSON.stringify(folder)}).key);`;
    const starts = Array.from({ length: 4 }, () => run(process.execPath, ['--input-type=module', '-e', script]));
    const keys = new Set((await Promise.all(starts)).map(({ stdout }) => stdout.trim()));
    assert.deepEqual([...keys], [readFileSync(join(folder, KEY_FILE), 'utf8').trim()]);
    assert.deepEqual(readdirSync(folder), [KEY_FILE]);
  });

  it('is refused with the reason when its file cannot be read or written', (t) => {
    const folder = temporaryFolder(t);
    const file = join(folder, KEY_FILE);
    assert.throws(() => loadApiKey(undefined, '/proc'), {
      message: 'Cannot write the API key to /proc/api-key: ENOENT.',
    });
    mkdirSync(file);
    assert.throws(() => loadApiKey(undefined, folder), { message: `Cannot read the API key from ${file}: EISDIR.` });
  });
});
