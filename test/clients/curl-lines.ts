import { spawn } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** One curl command of a document. */
export interface CurlLine {
  command: string;
  /** HTTP status that the comment above promises ("# 401: the key is missing"); 200 where it names none. */
  status: number;
  /** The answer that the document shows for it, where it shows one. */
  shown?: unknown;
}

const BASH_BLOCK = /^```(?:bash|sh|console)\n(.*?)^```\n(?:```json\n(.*?)^```)?/gms;

/** Every curl command in the bash blocks of a Markdown text that asks this API, with its continuation lines. */
export function curlLines(markdown: string): CurlLine[] {
  return [...markdown.matchAll(BASH_BLOCK)].flatMap(([, block = '', answer]) => {
    const commands = commandsOf(block);
    const shown = answer !== undefined && commands.length === 1 ? { shown: JSON.parse(answer) as unknown } : {};
    return commands.map((command) => ({ ...command, ...shown }));
  });
}

function commandsOf(block: string): CurlLine[] {
  let status = 200;
  const found: CurlLine[] = [];
  for (const line of block.replaceAll(/\\\n\s*/g, '').split('\n')) {
    const promised = /^#\s*(\d{3})\b/.exec(line)?.[1];
    if (promised !== undefined) status = Number(promised);
    if (line.startsWith('#')) continue;
    const command = line.replace(/^\$ /, '');
    if (/^curl\s.*\/(api|docs)\b/.test(command)) found.push({ command, status });
    status = 200;
  }
  return found;
}

export interface Outcome {
  exit: number | null;
  status: number;
  answer: string;
}

interface Place {
  url: string;
  key: string;
  /** A folder for what the command writes; the key is there in data/api-key, as in a checkout with a running server. */
  folder: string;
}

/**
 * Runs a command with the real curl through bash, as it stands but for the server and the key. What has to be known of
 * the outcome is asked for in curl's own configuration file, so that the command needs no options for the test's sake.
 */
export async function runCurl(command: string, { url, key, folder }: Place): Promise<Outcome> {
  await writeFile(join(folder, '.curlrc'), 'silent\nmax-time = 20\nwrite-out = "%{stderr}\\n%{http_code}"\n');
  await mkdir(join(folder, 'data'), { recursive: true });
  await writeFile(join(folder, 'data/api-key'), `${key}\n`);
  const here = command.replaceAll(/http:\/\/[\w.-]+:5000/g, url).replaceAll('your-secret-key-here', key);
  const { host } = new URL(url);
  const env = { PATH: process.env.PATH, CURL_HOME: folder, HOST: host, KEY: key, EDGE_API_KEY: key };
  const child = spawn('bash', ['-o', 'pipefail', '-c', here], { cwd: folder, env });
  let answer = '';
  let errors = '';
  child.stdout.on('data', (chunk) => (answer += chunk));
  child.stderr.on('data', (chunk) => (errors += chunk));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (exit) => resolve({ exit, status: Number(errors.slice(-3)), answer }));
  });
}
