import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';

const ORIGIN = 'http://127.0.0.1:5000';
/** A built release, as a person with a fleet would carry it to a Pi. */
const RELEASE = process.env.BENCH_RELEASE ?? '';

export interface Run {
  status: number | null;
  output: string;
  seconds: number;
}

export function sh(command: string, env: NodeJS.ProcessEnv = {}): Run {
  const start = performance.now();
  const { status, stdout } = spawnSync('bash', ['-c', `exec 2>&1; ${command}`], {
    encoding: 'utf8',
    env: { ...process.env, ...env },
    // A bash whose input is a socket takes itself for a login over the network and reads the .bashrc of the host.
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return { status, output: stdout, seconds: (performance.now() - start) / 1000 };
}

export function install(flag: string, waitS = 60): Run {
  return sh(`${RELEASE}/deploy/install.sh ${flag}`, { HEALTH_WAIT_S: String(waitS) });
}

export const stop = (): Run => sh('systemctl stop pi-edge-api');
export const journal = (): string => sh('journalctl --sync; journalctl --no-pager --unit pi-edge-api').output;

/** The properties of the unit, as systemd sees it. */
export function service(): Record<string, string> {
  const { output } = sh('systemctl show pi-edge-api');
  return Object.fromEntries(output.split('\n').map((line) => line.split(/=(.*)/s, 2)));
}

/** Installs a release in which one file has a different content. */
export function installWith(path: string, content: string, waitS: number): Run {
  const file = join(mkdtempSync(join(tmpdir(), 'release-')), 'file');
  writeFileSync(file, content);
  // Laid over the original for a moment: a copy of a release takes the guest half a minute.
  sh(`mount --bind ${file} ${RELEASE}/${path}`);
  try {
    return install('--prebuilt', waitS);
  } finally {
    sh(`umount ${RELEASE}/${path}`);
  }
}

interface Health {
  status: string;
  hardware: { driver: string };
}

export async function health(): Promise<Health> {
  const answer = await fetch(`${ORIGIN}/api/health`);
  assert.equal(answer.status, 200);
  return (await answer.json()) as Health;
}

/** Waits until the service answers, and is in the state that is asked for. */
export async function answers(t: TestContext, when: (state: Record<string, string>) => boolean = () => true) {
  const check = async () => {
    assert.ok(when(service()), 'not yet in the state that is waited for');
    await health();
  };
  await t.waitFor(check, { interval: 300, timeout: 60_000 });
}

export async function commandLed(action: 'on' | 'off', key?: string): Promise<number> {
  key ??= readFileSync('/var/lib/pi-edge-api/api-key', 'utf8').trim();
  const headers = { 'content-type': 'application/json', 'x-api-key': key };
  const answer = await fetch(`${ORIGIN}/api/led`, { method: 'POST', headers, body: JSON.stringify({ action }) });
  await answer.text();
  return answer.status;
}
