import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { prepareDataDirectory } from '../../src/config/data-directory.ts';
import { StartError } from '../../src/start-error.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { messageAsNobody } from './as-nobody.ts';

type Lifetime = Parameters<typeof temporaryFolder>[0];

/** A folder in which the test stands until it is over. */
function standIn(test: Lifetime): string {
  const home = process.cwd();
  const folder = temporaryFolder(test);
  process.chdir(folder);
  test.after(() => process.chdir(home));
  return folder;
}

function refusalOf(directory: string): string {
  try {
    prepareDataDirectory(directory);
  } catch (error) {
    if (error instanceof StartError) return error.message;
    throw error;
  }
  return 'not refused';
}

describe('the data directory', () => {
  it('is made when it is the default one, without rights for strangers', (t) => {
    const folder = standIn(t);
    assert.equal(prepareDataDirectory('./data'), join(folder, 'data'));
    assert.equal(statSync(join(folder, 'data')).mode & 0o007, 0);
    assert.equal(prepareDataDirectory('./data'), join(folder, 'data'), 'and taken as it is the next time');
  });

  it('is not made when it is a configured one: its disk may not be mounted', (t) => {
    const folder = temporaryFolder(t);
    const missing = join(folder, 'disk');
    assert.equal(
      refusalOf(missing),
      `The data directory ${missing} does not exist: make it, mount its disk, or correct EDGE_DATA_DIR.`,
    );
    assert.deepEqual(readdirSync(folder), []);
  });

  it('is answered by its absolute path and left as it was found', (t) => {
    const folder = standIn(t);
    mkdirSync('disk');
    assert.equal(prepareDataDirectory('disk'), join(folder, 'disk'));
    assert.deepEqual(readdirSync('disk'), []);
  });

  it('is refused when it is a file', (t) => {
    const file = join(temporaryFolder(t), 'disk');
    writeFileSync(file, '');
    assert.equal(refusalOf(file), `The data directory ${file} is not a folder.`);
    assert.equal(
      refusalOf(join(file, 'below')),
      `The data directory ${file}/below does not exist: make it, mount its disk, or correct EDGE_DATA_DIR.`,
    );
  });

  it('is refused when a file stands in the place of the default one', (t) => {
    const folder = standIn(t);
    writeFileSync('data', '');
    assert.equal(refusalOf('./data'), `Cannot write to the data directory ${folder}/data: it is not a folder.`);
  });

  it('is refused where nothing can be written, even by root', () => {
    assert.match(refusalOf('/proc/self'), /^Cannot write to the data directory \/proc\/self: /);
  });

  it('is refused when this user has no permission', (t) => {
    const folder = temporaryFolder(t);
    chmodSync(folder, 0o555);
    assert.equal(
      messageAsNobody('config/data-directory.ts', 'prepareDataDirectory', folder),
      `Cannot write to the data directory ${folder}: this user has no permission.`,
    );
  });
});
