import assert from 'node:assert/strict';
import { existsSync, lstatSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { header, SIMULATOR } from '../device/bench.ts';
import { answers, commandLed, health, install, installWith, journal, service, sh, stop } from './service.ts';

const LED = 17;
const CONFIG = '/etc/pi-edge-api/config.yaml';
const CURRENT = '/opt/pi-edge-api/current';
const inSystemd =
  existsSync(SIMULATOR) && existsSync('/run/systemd/system')
    ? { timeout: 600_000 }
    : { skip: 'needs systemd in the kernel bench: test/deploy/systemd.sh' };

describe('pi-edge-api.service, installed on a Pi', inSystemd, () => {
  it('answers as soon as the installer is done', async (t) => {
    const installed = install('--prebuilt');
    assert.equal(installed.status, 0, installed.output + journal());
    assert.match(installed.output, /running: http:\/\/\S+\.local:5000\/docs/);
    assert.equal((await health()).status, 'healthy');
    t.diagnostic(`memory: ${(Number(service().MemoryCurrent) / 2 ** 20).toFixed(0)} MiB`);
  });

  it('runs as its own user, without a capability and with a system call filter', () => {
    const { MainPID } = service();
    const status = readFileSync(`/proc/${MainPID}/status`, 'utf8');
    const field = (name: string) => new RegExp(`^${name}:\\s+(.*)$`, 'm').exec(status)?.[1];
    const uid = sh('id -u pi-edge-api').output.trim();
    assert.equal(field('Uid'), [uid, uid, uid, uid].join('\t'));
    for (const set of ['CapInh', 'CapPrm', 'CapEff', 'CapBnd', 'CapAmb']) assert.equal(field(set), '0'.repeat(16), set);
    assert.equal(field('NoNewPrivs'), '1');
    assert.equal(field('Seccomp'), '2');
  });

  it('can write to its state directory and nowhere else', () => {
    const inside = `nsenter --target ${service().MainPID} --mount --setuid $(id -u pi-edge-api)`;
    assert.equal(sh(`${inside} touch /var/lib/pi-edge-api/written`).status, 0);
    for (const path of ['/etc/pi-edge-api', '/opt/pi-edge-api/current', '/usr', '/sys/class', '/var/lib']) {
      assert.notEqual(sh(`${inside} touch ${path}/written`).status, 0, path);
    }
  });

  it('drives the header through the character device', async () => {
    assert.equal((await health()).hardware.driver, 'gpiochip');
    assert.equal(await commandLed('on', 'not the key'), 401);
    assert.equal(header.level(LED), 0);
    assert.equal(await commandLed('on'), 200);
    assert.equal(header.level(LED), 1);
  });

  it('keeps the key to itself', () => {
    assert.equal(lstatSync('/var/lib/pi-edge-api/api-key').mode & 0o777, 0o600);
  });
});

describe('pi-edge-api.service, when things end,', inSystemd, () => {
  it('is started again after a crash, with its outputs in the safe state', async (t) => {
    assert.equal(await commandLed('on'), 200);
    const { MainPID, NRestarts } = service();
    process.kill(Number(MainPID), 'SIGKILL');
    await answers(t, ({ MainPID: now }) => now !== MainPID && now !== '0');
    assert.equal(Number(service().NRestarts), Number(NRestarts) + 1);
    assert.equal(header.level(LED), 0);
  });

  it('stops within 5 s, cleanly and with its outputs in the safe state', async (t) => {
    assert.equal(await commandLed('on'), 200);
    const { seconds } = stop();
    t.diagnostic(`systemctl stop: ${seconds.toFixed(1)} s`);
    assert.ok(seconds < 5, `${seconds} s`);
    const { Result, ExecMainStatus, ExecMainCode } = service();
    assert.deepEqual(
      { Result, ExecMainStatus, ExecMainCode },
      { Result: 'success', ExecMainStatus: '0', ExecMainCode: '1' },
    );
    assert.equal(header.level(LED), 0);
  });

  it('stays down with a wrong configuration, and says why in its log', async (t) => {
    const right = readFileSync(CONFIG, 'utf8');
    writeFileSync(CONFIG, right.replace('pin: 17', 'pin: 99'));
    sh('systemctl start pi-edge-api');
    await t.waitFor(() => assert.equal(service().ActiveState, 'failed'), { interval: 200, timeout: 20_000 });
    assert.equal(service().ExecMainStatus, '78');
    assert.match(journal(), /outputs.*pin/);
    const refused = install('--prebuilt');
    assert.equal(refused.status, 1);
    assert.match(refused.output, /the configuration does not fit this release/);
    writeFileSync(CONFIG, right);
    sh('systemctl reset-failed pi-edge-api; systemctl start pi-edge-api');
    await answers(t);
  });
});

describe('an update', inSystemd, () => {
  it('takes over and keeps the release before', async () => {
    const before = readlinkSync(CURRENT);
    const { status, output } = install('--prebuilt');
    assert.equal(status, 0, output);
    assert.notEqual(readlinkSync(CURRENT), before);
    assert.equal(readlinkSync('/opt/pi-edge-api/previous'), before);
    assert.equal((await health()).status, 'healthy');
  });

  it('that does not start goes back to the release before by itself', async () => {
    const before = readlinkSync(CURRENT);
    const { status, output } = installWith('dist/src/server.js', 'throw new Error("a broken release");\n', 8);
    assert.equal(status, 1);
    assert.match(output, /a broken release.*Going back/s);
    assert.equal(readlinkSync(CURRENT), before);
    assert.equal((await health()).status, 'healthy');
  });

  for (const [what, directive, instead] of [
    ['shuts out the pins', 'DeviceAllow=char-gpiochip rw', ''],
    ['forbids what the compiler of Node needs', 'LockPersonality=yes', 'MemoryDenyWriteExecute=yes'],
  ] as const) {
    it(`with a unit that ${what} does not start: the fence is real`, async () => {
      const unit = readFileSync('/etc/systemd/system/pi-edge-api.service', 'utf8');
      assert.ok(unit.includes(`\n${directive}\n`));
      const fenced = unit.replace(directive, instead);
      const { status, output } = installWith('deploy/pi-edge-api.service', fenced, 8);
      assert.equal(status, 1, output);
      assert.match(output, /Going back to the release before/);
      assert.equal((await health()).status, 'healthy');
    });
  }

  /** A release with one more version of the tables; `more` is done by its database thread. */
  const withNewTables = (more = '') => {
    const steps = readFileSync(`${CURRENT}/dist/src/store/migration-steps.js`, 'utf8');
    return `${steps}\nMIGRATIONS.push('CREATE TABLE more (x)');\n${more}\n`;
  };

  it('that changes the tables can be gone back from, and it says which readings that costs', async () => {
    const before = readlinkSync(CURRENT);
    const updated = installWith('dist/src/store/migration-steps.js', withNewTables(), 60);
    assert.equal(updated.status, 0, updated.output + journal());
    const { status, output } = install('--rollback');
    assert.equal(status, 0, output + journal());
    assert.match(output, /the database of before the update is in use again .*\nnot in it: \d+ readings/);
    assert.equal(readlinkSync(CURRENT), before);
    assert.equal((await health()).status, 'healthy');
    assert.equal(lstatSync('/var/lib/pi-edge-api/edge.db').uid, Number(sh('id -u pi-edge-api').output));
  });

  it('that changes the tables and then dies goes back by itself, with the database of before', async () => {
    // What goes back reads the tables as well, in its main thread.
    const dies =
      "import { isMainThread } from 'node:worker_threads';\n" +
      "if (!isMainThread) setTimeout(() => process.kill(process.pid, 'SIGKILL'), 100);";
    const { status, output } = installWith('dist/src/store/migration-steps.js', withNewTables(dies), 20);
    assert.equal(status, 1, output);
    assert.match(output, /Going back.*the database of before the update is in use again/s);
    assert.equal((await health()).status, 'healthy');
  });

  it('leaves a service that starts at every boot', () => {
    assert.equal(sh('systemctl is-enabled pi-edge-api').output.trim(), 'enabled');
  });

  it('is undone with everything else by --uninstall, except for data and configuration', () => {
    assert.equal(install('--uninstall').status, 0);
    assert.equal(service().LoadState, 'not-found');
    assert.ok(!existsSync('/opt/pi-edge-api'));
    assert.ok(existsSync('/var/lib/pi-edge-api/api-key'));
    assert.ok(existsSync(CONFIG));
  });
});
