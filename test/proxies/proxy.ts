import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { eventually } from '../support/eventually.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { aCertificate } from '../uplink/certificate.ts';

/** A reverse proxy as docs/reverse-proxy.md prints it, but for its name, its ports and its certificate. */
export interface Program {
  path: string;
  package: string;
  /** The language of its block in the page. */
  block: string;
  /** The file that it reads. */
  configuration(block: string, place: Place): string;
  arguments(file: string): string[];
}

interface Place {
  folder: string;
  port: number;
}

const TEMPORARY = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];

export const NGINX: Program = {
  path: '/usr/sbin/nginx',
  package: 'nginx-light',
  block: 'nginx',
  configuration: (block, { folder, port }) => `
    daemon off;
    master_process off;
    pid ${folder}/pid;
    error_log stderr;
    events {}
    http {
      access_log off;
      ${TEMPORARY.map((name) => `${name}_temp_path ${folder}/${name};`).join('\n')}
      ${block
        .replace('listen [::]:443 ssl;', '')
        .replace('listen 443 ssl', `listen 127.0.0.1:${port} ssl`)
        .replaceAll('/etc/ssl/', `${folder}/`)}
    }`,
  arguments: (file) => ['-e', 'stderr', '-c', file],
};

export const CADDY: Program = {
  path: '/usr/bin/caddy',
  package: 'caddy',
  block: 'caddy',
  configuration: (block, { folder, port }) =>
    `{\n  admin off\n  auto_https disable_redirects\n  storage file_system ${folder}\n}\n${block.replace(
      /^(\S+) \{$/m,
      `https://$1:${port} {\n  bind 127.0.0.1\n  tls ${folder}/edge.pem ${folder}/edge.key`,
    )}`,
  arguments: (file) => ['run', '--adapter', 'caddyfile', '--config', file],
};

/** For `describe`: skips with a reason where the program is not there; CI must have it. */
export function withProgram({ path, package: name }: Program): { skip: false | string } {
  return { skip: process.env.CI !== 'true' && !isInstalled(path) && `no ${path}: apt install ${name}` };
}

function isInstalled(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Starts it in front of a server; answers its port and certificate. It ends with the test. */
export async function startProxy(
  t: TestContext,
  program: Program,
  { name, upstream }: { name: string; upstream: string },
) {
  const folder = temporaryFolder(t);
  const certificate = aCertificate(t, 1, name);
  if (certificate === undefined) throw new Error('openssl makes no certificate');
  writeFileSync(join(folder, 'edge.pem'), certificate.cert);
  writeFileSync(join(folder, 'edge.key'), certificate.key);
  const port = await freePort();
  const block = blockOf(program.block)
    .replaceAll('edge.example.org', name)
    .replace('127.0.0.1:5000', new URL(upstream).host);
  const file = join(folder, 'configuration');
  writeFileSync(file, program.configuration(block, { folder, port }));
  const child = spawn(program.path, program.arguments(file), { cwd: folder, env: { HOME: folder } });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (said += chunk));
  const exit = once(child, 'close');
  t.after(() => {
    child.kill('SIGKILL');
    return exit;
  });
  await eventually(async () => {
    if (child.exitCode !== null) throw new Error(`it ended: ${said}`);
    return accepts(port);
  });
  return { port, ca: certificate.cert };
}

function blockOf(language: string): string {
  const page = readFileSync(new URL('../../docs/reverse-proxy.md', import.meta.url), 'utf8');
  const block = new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, 'ms').exec(page)?.[1];
  if (block === undefined) throw new Error(`docs/reverse-proxy.md has no block for ${language}`);
  return block;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}

async function accepts(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
