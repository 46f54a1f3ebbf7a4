import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { loadDevice } from '../../src/config/device.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const MODEL = 'proc/device-tree/model';
const SERIAL = 'proc/device-tree/serial-number';
const MACHINE_ID = 'etc/machine-id';
const A_PI = { [MODEL]: 'Raspberry Pi 5 Model B Rev 1.0\0', [SERIAL]: '10000000abcdef01\0' };
const ANOTHER_PI = { ...A_PI, [SERIAL]: '10000000abcdef02\0' };
const A_PC = { [MACHINE_ID]: '3d1219c7c4c5404aaa1f6d2a48adfda4\n' };

function aRoot(t: TestContext, files: Record<string, string>): string {
  const root = temporaryFolder(t);
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(join(root, file, '..'), { recursive: true });
    writeFileSync(join(root, file), text);
  }
  return root;
}

function aStart(t: TestContext, files: Record<string, string>, dataDirectory = temporaryFolder(t)) {
  return (configured?: string, host = 'Greenhouse.local') =>
    loadDevice(configured, { dataDirectory, root: aRoot(t, files), host });
}

describe('the id of a device', () => {
  it('is the configured one', (t) => {
    assert.equal(aStart(t, A_PI)('vent-1').id, 'vent-1');
  });

  it('is the host name and four digits of the machine where none is configured', (t) => {
    assert.match(aStart(t, A_PI)().id, /^greenhouse-local-[0-9a-f]{4}$/);
    const [one, other] = [aStart(t, A_PI)().id, aStart(t, ANOTHER_PI)().id];
    assert.notEqual(one, other, 'two cards written from one image differ');
  });

  it('keeps to the characters that a name may have, whatever the host is called', (t) => {
    for (const host of ['Käse Pi', '42', '-_-', '', 'x'.repeat(200), '日本', 'a.b_c-']) {
      assert.match(aStart(t, A_PI)(undefined, host).id, /^[a-z][a-z0-9_-]{0,58}-[0-9a-f]{4}$/, host);
    }
  });

  it('stays when the host is called otherwise', (t) => {
    const start = aStart(t, A_PI);
    assert.equal(start(undefined, 'first').id, start(undefined, 'second').id);
  });

  it('stays `pi` where the data directory was in use before devices had ids of their own', (t) => {
    const dataDirectory = temporaryFolder(t);
    writeFileSync(join(dataDirectory, 'edge.db'), '');
    assert.equal(aStart(t, A_PI, dataDirectory)().id, 'pi');
    rmSync(join(dataDirectory, 'edge.db'));
    assert.equal(aStart(t, A_PI, dataDirectory)().id, 'pi', 'also when the database is made anew');
  });

  it('is decided at the first start, also while another one is configured', (t) => {
    const dataDirectory = temporaryFolder(t);
    const start = aStart(t, A_PI, dataDirectory);
    start('vent-1');
    writeFileSync(join(dataDirectory, 'edge.db'), '');
    assert.match(start().id, /^greenhouse-local-/);
  });

  it('that somebody broke is refused, and not replaced by another', (t) => {
    const dataDirectory = temporaryFolder(t);
    writeFileSync(join(dataDirectory, 'device-id'), 'No Name\n');
    assert.throws(() => aStart(t, A_PI, dataDirectory)(), /device-id holds is no name of a device/);
    assert.equal(readFileSync(join(dataDirectory, 'device-id'), 'utf8'), 'No Name\n');
  });
});

describe('where the disk takes nothing', () => {
  const unwritable = (t: TestContext) => {
    const dataDirectory = temporaryFolder(t);
    // Stands in the way of the draft of each file, also for root.
    for (const name of ['device-id', 'device-uid']) mkdirSync(join(dataDirectory, `${name}.${process.pid}`));
    return dataDirectory;
  };

  it('the id is told with its file, which has to come before a database', (t) => {
    const dataDirectory = unwritable(t);
    const { id, uid, unkept } = aStart(t, A_PI, dataDirectory)();
    assert.match(id, /^greenhouse-local-/);
    assert.equal(uid?.length, 16);
    assert.deepEqual(unkept, { file: join(dataDirectory, 'device-id'), text: `${id}\n` });
  });

  it('a uid that was drawn is not used: the next start draws another one', (t) => {
    const { uid, unkept } = aStart(t, {}, unwritable(t))();
    assert.equal(uid, undefined);
    assert.ok(unkept);
  });
});

describe('the uid of a device', () => {
  const uid = (t: TestContext, files: Record<string, string>) => aStart(t, files)().uid ?? '';

  it('belongs to the machine: another data directory, another id and another system change nothing', (t) => {
    const first = uid(t, { ...A_PI, [MACHINE_ID]: '1'.repeat(32) });
    assert.match(first, /^[\w-]{16}$/);
    assert.equal(aStart(t, { ...A_PI, [MACHINE_ID]: '2'.repeat(32) })('vent-1').uid, first);
    assert.notEqual(uid(t, ANOTHER_PI), first);
  });

  it('comes from the installed system where there is no board of a Pi with a serial number', (t) => {
    const first = uid(t, A_PC);
    assert.equal(uid(t, { ...A_PC, [MODEL]: 'Some Board\0', [SERIAL]: '0123456789abcdef\0' }), first);
    assert.equal(uid(t, { ...A_PC, [MODEL]: 'Raspberry Pi 3\0', [SERIAL]: '0000000000000000\0' }), first);
    assert.notEqual(uid(t, { [MACHINE_ID]: '3d1219c7c4c5404aaa1f6d2a48adfda5\n' }), first);
  });

  it('does not show what it comes from', (t) => {
    assert.ok(!JSON.stringify(aStart(t, A_PC)()).includes('3d1219c7'));
  });

  it('is drawn once and kept with the data where the machine has no id', (t) => {
    for (const none of [{}, { [MACHINE_ID]: 'uninitialized\n' }, { [MACHINE_ID]: '' }]) {
      const start = aStart(t, none);
      assert.equal(start().uid, start().uid);
      assert.notEqual(start().uid, uid(t, none));
    }
  });
});
