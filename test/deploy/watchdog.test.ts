import assert from 'node:assert/strict';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { before, describe, it, type TestContext } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { header, SIMULATOR } from '../device/bench.ts';
import { blockEventLoop } from './block-event-loop.ts';
import { answers, commandLed, install, journal, service, sh } from './service.ts';

const LED = 17;
const DROP_IN = '/run/systemd/system/pi-edge-api.service.d';
const WATCHDOG_MS = 10_000;
/** A second is for starting Node, which takes several times as long on this kernel in a process. */
const LIMIT_MS = WATCHDOG_MS + 1000 + 2000;
const inSystemd =
  existsSync(SIMULATOR) && existsSync('/run/systemd/system')
    ? { timeout: 600_000 }
    : { skip: 'needs systemd in the kernel bench: test/deploy/systemd.sh' };

/** Ways in which a server stops to look after its outputs without a word. */
const ENDS = {
  'is killed': async (pid: number) => void process.kill(pid, 'SIGKILL'),
  'is stopped': async (pid: number) => void process.kill(pid, 'SIGSTOP'),
  'blocks its event loop': blockEventLoop,
} as const;

describe('the output of a server that', inSystemd, () => {
  before(() => {
    const { status, output } = install('--prebuilt');
    assert.equal(status, 0, output + journal());
  });

  for (const [what, end] of Object.entries(ENDS)) {
    it(`${what} is safe before another server is there, and another one comes`, async (t) => {
      // The next start would make the output safe, too: it has to wait here.
      await restartWith(t, 'RestartSec=30');
      const { MainPID } = service();
      assert.equal(await commandLed('on'), 200);
      await end(Number(MainPID));
      const took = await untilSafe(performance.now(), LIMIT_MS + 10_000);
      t.diagnostic(`safe after ${(took / 1000).toFixed(2)} s`);
      assert.ok(took < LIMIT_MS, `${took} ms`);
      assert.notEqual(service().SubState, 'running');
      sh('systemctl restart pi-edge-api'); // nobody wants to wait for the 30 s
      await answers(t, ({ MainPID: now }) => now !== MainPID && now !== '0');
    });
  }

  it('is killed stays on, where nobody makes it safe: the test above can fail', async (t) => {
    await restartWith(t, 'ExecStopPost=\nRestartSec=30');
    assert.equal(await commandLed('on'), 200);
    process.kill(Number(service().MainPID), 'SIGKILL');
    await pause(5000);
    assert.equal(header.level(LED), 1);
  });

  it('is stopped stays on, where nobody watches: the test above can fail', async (t) => {
    await restartWith(t, 'WatchdogSec=0');
    assert.equal(await commandLed('on'), 200);
    const pid = Number(service().MainPID);
    process.kill(pid, 'SIGSTOP');
    await pause(WATCHDOG_MS + 3000);
    assert.equal(header.level(LED), 1);
    process.kill(pid, 'SIGKILL');
  });

  it('is well is left alone: nobody is killed for nothing', async (t) => {
    await restartWith(t, 'WatchdogSec=2');
    assert.equal(await commandLed('on'), 200);
    const { MainPID } = service();
    await pause(12_000);
    assert.equal(service().MainPID, MainPID);
    assert.equal(header.level(LED), 1);
    assert.match(service().StatusText ?? '', /^serving port 5000$/);
  });
});

/** Restarts the installed service with other settings, until the end of the test. */
async function restartWith(t: TestContext, settings: string): Promise<void> {
  drop(`[Service]\n${settings}\n`);
  t.after(() => {
    rmSync(DROP_IN, { recursive: true, force: true });
    sh('systemctl daemon-reload');
  });
  sh('systemctl reset-failed pi-edge-api; systemctl restart pi-edge-api');
  await answers(t, ({ SubState }) => SubState === 'running');
}

function drop(content: string): void {
  mkdirSync(DROP_IN, { recursive: true });
  writeFileSync(`${DROP_IN}/test.conf`, content);
  sh('systemctl daemon-reload');
}

/** Milliseconds from `begin` until the line is low; rejects when that does not happen in time. */
async function untilSafe(begin: number, timeout: number): Promise<number> {
  while (header.level(LED) === 1) {
    if (performance.now() - begin > timeout) assert.fail(`the output is still on after ${timeout} ms:\n${journal()}`);
    await pause(10);
  }
  return performance.now() - begin;
}
