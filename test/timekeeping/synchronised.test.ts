import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { isSynchronisedIn, openKernelClock } from '../../src/timekeeping/kernel-clock.ts';
import { bootIdentity, synchronisedBy } from '../../src/timekeeping/synchronised.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const tracking = (reference: string, leap: string) =>
  `${reference},2,1700000000.123456789,0.000012,0.000003,0.000021,-1.2,0.001,0.03,0.0021,0.0003,64.2,${leap}`;

/** A chronyc that does this, and no other one in reach. */
function stubChronyc(t: TestContext, script: string): void {
  const folder = temporaryFolder(t);
  writeFileSync(join(folder, 'chronyc'), `#!/bin/sh\n[ "$*" = "-c tracking" ] || exit 9\n${script}\n`);
  chmodSync(join(folder, 'chronyc'), 0o755);
  setPath(t, `${folder}:/usr/bin:/bin`);
}

function setPath(t: TestContext, path: string): void {
  const before = process.env.PATH;
  process.env.PATH = path;
  t.after(() => {
    process.env.PATH = before;
  });
}

function rootWith(t: TestContext, file: string, text = ''): string {
  const root = temporaryFolder(t);
  mkdirSync(join(root, file, '..'), { recursive: true });
  writeFileSync(join(root, file), text);
  return root;
}

const withFlag = (t: TestContext) => rootWith(t, 'run/systemd/timesync/synchronized');

describe('systemd-timesyncd', () => {
  it('has set the clock when its flag is there, and not before', async (t) => {
    const root = temporaryFolder(t);
    const synchronised = synchronisedBy('timesyncd', root);
    assert.equal(await synchronised(), false);
    mkdirSync(join(root, 'run/systemd/timesync'), { recursive: true });
    assert.equal(await synchronised(), false);
    writeFileSync(join(root, 'run/systemd/timesync/synchronized'), '');
    assert.equal(await synchronised(), true);
  });

  it('is the only one that is asked when it is named', async (t) => {
    stubChronyc(t, `echo '${tracking('C0A80001,192.168.0.1', 'Normal')}'`);
    assert.equal(await synchronisedBy('timesyncd', temporaryFolder(t))(), false);
  });
});

describe('chrony', () => {
  const ANSWERS: Record<string, [script: string, synchronised: boolean]> = {
    'follows a server': [`echo '${tracking('C0A80001,192.168.0.1', 'Normal')}'`, true],
    'follows a server, before a leap second': [`echo '${tracking('C0A80001,10.0.0.1', 'Insert second')}'`, true],
    'has not synchronised': [`echo '${tracking('00000000,', 'Not synchronised')}'`, false],
    'follows nothing but the clock of the machine': [`echo '${tracking('7F7F0101,', 'Normal')}'`, false],
    'does not run': ["echo '506 Cannot talk to daemon'; exit 1", false],
    'says nothing': ['true', false],
    'says something else': ["echo 'Usage: chronyc'", false],
    'breaks off after its answer': [`echo '${tracking('C0A80001,10.0.0.1', 'Normal')}'; exit 1`, false],
  };
  for (const [what, [script, expected]] of Object.entries(ANSWERS)) {
    it(`${expected ? 'has' : 'has not'} set the clock when it ${what}`, async (t) => {
      stubChronyc(t, script);
      assert.equal(await synchronisedBy('chrony', withFlag(t))(), expected);
      assert.equal(await synchronisedBy('auto', temporaryFolder(t))(), expected);
    });
  }

  it('has not set the clock where it is not installed', async (t) => {
    setPath(t, temporaryFolder(t));
    assert.equal(await synchronisedBy('chrony', '/')(), false);
  });

  it('is not waited for when it hangs', async (t) => {
    stubChronyc(t, 'exec sleep 60');
    const begin = performance.now();
    assert.equal(await synchronisedBy('chrony', '/')(), false);
    assert.ok(performance.now() - begin < 10_000);
  });
});

it('either service is believed by default', async (t) => {
  setPath(t, temporaryFolder(t));
  assert.equal(await synchronisedBy('auto', withFlag(t))(), true);
  assert.equal(await synchronisedBy('auto', temporaryFolder(t))(), false);
});

describe('the kernel', () => {
  it('is believed by default, whoever told it, and by nobody who named a service', async (t) => {
    setPath(t, temporaryFolder(t));
    const root = temporaryFolder(t);
    const told = async () => true;
    assert.equal(await synchronisedBy('auto', root, told)(), true);
    assert.equal(await synchronisedBy('auto', root, async () => false)(), false);
    for (const trust of ['timesyncd', 'chrony'] as const) {
      assert.equal(await synchronisedBy(trust, root, told)(), false, trust);
    }
  });

  it('says what adjtimex(2) says', async (t) => {
    const code = `import ctypes, struct
timex = ctypes.create_string_buffer(208)
state = ctypes.CDLL(None).adjtimex(timex)
print(state != 5 and struct.unpack_from('i', timex.raw, 40)[0] & 0x40 == 0)`;
    const python = spawnSync('python3', ['-c', code], { encoding: 'utf8' });
    if (python.status !== 0) return t.skip('python3 is missing');
    const isSynchronised = await openKernelClock();
    assert.equal(isSynchronised(), python.stdout.trim() === 'True');
  });

  it('is read as the manual has it', () => {
    const of = (state: number, status: number) => {
      const timex = Buffer.alloc(208);
      timex.writeInt32LE(status, 40);
      return isSynchronisedIn(state, timex);
    };
    assert.deepEqual(
      [of(0, 0x2001), of(1, 0), of(5, 0x40), of(5, 0), of(0, 0x40), of(-1, 0)],
      [true, true, false, false, false, false],
    );
  });
});

it('a clock with a battery is always right', async (t) => {
  setPath(t, temporaryFolder(t));
  assert.equal(await synchronisedBy('always', '/nowhere')(), true);
});

describe('the identity of a start of the machine', () => {
  it("is the kernel's", async (t) => {
    const root = rootWith(t, 'proc/sys/kernel/random/boot_id', '8c5ac5f5-6a44-4e0c-a8a5-2c3c6e6b7b1a\n');
    assert.equal(await bootIdentity(root), '8c5ac5f5-6a44-4e0c-a8a5-2c3c6e6b7b1a');
  });

  it('is another one each time where there is none: nothing is tied together by mistake', async (t) => {
    const empty = rootWith(t, 'proc/sys/kernel/random/boot_id');
    const seen = [await bootIdentity(empty), await bootIdentity(empty), await bootIdentity('/nowhere')];
    assert.equal(new Set(seen).size, 3);
  });
});
