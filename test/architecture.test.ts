import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { it } from 'node:test';

/** Text by path, from the project's folder on. */
type Sources = ReadonlyMap<string, string>;

/** The way of a reading: whoever stands further right may import what stands further left, never the other way. */
const STATIONS = ['hardware', 'sensors', 'outputs', 'collector', 'rules', 'summaries', 'store', 'uplink'];
const ORDER = [
  'schemas',
  'base',
  'timekeeping',
  'http',
  'config',
  ...STATIONS,
  'discover',
  'supervision',
  'make-safe',
  'roll-back',
  'pins',
  'connections',
  'plugins',
  'routes',
  'app',
  'server',
];
const BASE = [
  'src/clock.ts',
  'src/device.ts',
  'src/loop.ts',
  'src/start-error.ts',
  'src/terminal-log.ts',
  'src/version.ts',
  'src/write-once.ts',
];

interface Door {
  what: string;
  pattern: RegExp;
  /** Where it may stand: path prefixes. */
  allowed: readonly string[];
}

const imported = (name: string) => new RegExp(`(from|import)\\s*\\(?\\s*'${name}[/']`);

const DOORS: readonly Door[] = [
  { what: 'SQLite', pattern: imported('better-sqlite3'), allowed: ['src/store/'] },
  { what: 'undici', pattern: imported('undici'), allowed: ['src/uplink/'] },
  { what: 'pigpio', pattern: imported('pigpio'), allowed: ['src/hardware/pigpio/'] },
  {
    what: 'koffi',
    pattern: imported('koffi'),
    allowed: ['src/hardware/gpiochip/', 'src/supervision/', 'src/timekeeping/kernel-clock.ts'],
  },
  {
    what: 'Fastify',
    pattern: imported('@?fastify[a-z/-]*'),
    allowed: ['src/app.ts', 'src/plugins/', 'src/routes/', 'src/validation/http-'],
  },
  { what: 'the environment', pattern: /process\.env\b/, allowed: ['src/config/'] },
  {
    what: 'time',
    pattern: /\b(Date\.now|performance\.now|process\.hrtime|setTimeout|setInterval)\b|new Date\(\)|'node:timers/,
    allowed: ['src/clock.ts'],
  },
  { what: 'listening', pattern: /\.listen\(/, allowed: ['src/server.ts', 'src/connections/other-addresses.ts'] },
  {
    what: 'the end of the process',
    pattern: /process\.(exit|kill|abort)\(/,
    allowed: ['src/server.ts', 'src/hardware/pigpio/child.ts'],
  },
];

const MAX_LINES = 200;
const EMPTY_NAME = /(^|[-_.])(utils?|helpers?|common|manager|service|misc)([-_.]|$)/;

/** Every break of the rules, one sentence each. */
function violations(sources: Sources): string[] {
  return [...sources].flatMap(([path, text]) => {
    const code = withoutComments(text);
    const lines = text.trimEnd().split('\n').length;
    return [
      ...importsOf(path, code).flatMap((target) => wrongWay(path, target)),
      ...DOORS.flatMap((door) => throughDoor(path, code, door)),
      ...(lines > MAX_LINES ? [`${path} has ${lines} lines: ${MAX_LINES} are the most`] : []),
      ...(isServer(path) && EMPTY_NAME.test(posix.basename(path)) ? [`${path} has a name that says nothing`] : []),
    ];
  });
}

const isServer = (path: string) => /^(src|schemas)\//.test(path);

function withoutComments(text: string): string {
  return text.replace(/\/\*.*?\*\//gs, '').replace(/(^|\s)\/\/.*$/gm, '');
}

function importsOf(path: string, code: string): string[] {
  const specifiers = code.matchAll(/(?:\bfrom|\bimport)\s*\(?\s*'(\.[^']*)'/g);
  return [...specifiers].map(([, specifier = '']) => posix.join(dirname(path), specifier));
}

function wrongWay(path: string, target: string): string[] {
  const [from, to] = [placeOf(path), placeOf(target)];
  if (from === undefined || to === undefined) return [];
  if (!ORDER.includes(from)) return [`${path} stands in no known place: add "${from}" to the order`];
  if (to === 'config')
    return [to, 'server', 'make-safe', 'roll-back'].includes(from)
      ? []
      : [`${path} imports ${target}: it is given settings`];
  if (from !== to && isPure(from) && !PURE_NEEDS.includes(target))
    return [`${path} imports ${target}: "${from}" knows time alone`];
  if (from === to || ORDER.indexOf(to) < ORDER.indexOf(from)) return [];
  return [`${path} imports ${target}: "${from}" stands before "${to}"`];
}

/** Windows and their statistics are arithmetic: nothing is known to them but time. */
const isPure = (place: string) => place === 'summaries';
const PURE_NEEDS = ['src/clock.ts', 'src/loop.ts'];

/** The name in the order; undefined for files outside of the server, like tests. */
function placeOf(path: string): string | undefined {
  const [top, folder = ''] = path.split('/');
  if (top === 'schemas') return 'schemas';
  if (top !== 'src') return undefined;
  return BASE.includes(path) || folder === 'validation' ? 'base' : folder.replace(/\.ts$/, '');
}

function throughDoor(path: string, code: string, { what, pattern, allowed }: Door): string[] {
  if (!isServer(path) || allowed.some((prefix) => path.startsWith(prefix))) return [];
  return pattern.test(code) ? [`${path} touches ${what}: only ${allowed.join(', ')} may`] : [];
}

function readSources(): Sources {
  const root = join(import.meta.dirname, '..');
  const paths = globSync('{schemas,src,test}/**/*.ts', { cwd: root, exclude: ['test/clients/generated/**'] });
  return new Map(paths.map((path) => [path, readFileSync(join(root, path), 'utf8')]));
}

it('imports go one way, every outside thing has one door, and files are small and named for what they hold', () => {
  const sources = readSources();
  assert.ok(sources.size > 50, 'the sources were found');
  assert.deepEqual(violations(sources), []);
});

const PLANTED: Record<string, [path: string, text: string]> = {
  'a schema that imports the server': ['schemas/x.ts', "import { toTimestamp } from '../src/clock.ts';"],
  'a station that imports a later one': ['src/sensors/x.ts', "import type { Tick } from '../collector/collector.ts';"],
  'a station that imports a plugin': ['src/rules/x.ts', "export { problems } from '../plugins/problems.ts';"],
  'a later one imported late': ['src/outputs/x.ts', "const store = await import('../store/store.ts');"],
  'a plugin that imports a route': ['src/plugins/x.ts', "import health from '../routes/health.ts';"],
  'the base that imports a station': ['src/validation/x.ts', "import { open } from '../hardware/open.ts';"],
  'a station that reads the configuration itself': [
    'src/store/x.ts',
    "import { loadConfig } from '../config/load.ts';",
  ],
  'summaries that know more than the clock': ['src/summaries/x.ts', "import { judge } from '../sensors/judge.ts';"],
  'timekeeping that knows a station': ['src/timekeeping/x.ts', "import { Store } from '../store/store.ts';"],
  'summaries that know the store': ['src/summaries/x.ts', "import type { Batch } from '../store/protocol.ts';"],
  'a folder that nobody put in the order': ['src/extras/x.ts', "import { systemClock } from '../clock.ts';"],
  'a station that knows Fastify': ['src/store/x.ts', "import type { FastifyInstance } from 'fastify';"],
  'a station that knows a Fastify plugin': ['src/store/x.ts', "import fp from 'fastify-plugin';"],
  'SQL outside of the store': ['src/routes/x.ts', "import SQLite from 'better-sqlite3';"],
  'undici outside of the uplink': ['src/plugins/x.ts', "import { request } from 'undici';"],
  'pigpio outside of its driver': ['src/hardware/open.ts', "const { Gpio } = await import('pigpio');"],
  'koffi outside of its driver': ['src/store/x.ts', "import koffi from 'koffi';"],
  'the environment': ['src/plugins/x.ts', 'const port = process.env.PORT;'],
  'a timer': ['src/store/x.ts', 'setTimeout(() => {}, 10);'],
  'a promised timer': ['src/store/x.ts', "import { setTimeout as pause } from 'node:timers/promises';"],
  'the wall clock': ['src/collector/x.ts', 'const at = Date.now();'],
  'the wall clock as a date': ['src/collector/x.ts', 'const at = new Date();'],
  'a second listener': ['src/plugins/x.ts', 'server.listen(8888);'],
  'an exit': ['src/config/check.ts', 'process.exit(78);'],
  'a long file': ['test/app/x.test.ts', 'x;\n'.repeat(MAX_LINES + 1)],
  'a name that says nothing': ['src/store/row-utils.ts', ''],
};

for (const [what, [path, text]] of Object.entries(PLANTED)) {
  it(`the check finds ${what}`, () => {
    assert.equal(violations(new Map([[path, text]])).length, 1);
  });
}

it('the check leaves alone what is only spoken of, and what goes the right way', () => {
  const allowed = new Map([
    ['src/store/x.ts', '/** No setTimeout here. */\n// nor Date.now()\nconst url = "http://process.environment";'],
    ['src/store/y.ts', "import { windowAt } from '../summaries/window.ts';"],
    ['src/summaries/x.ts', "import { toTimestamp } from '../clock.ts';\nimport { merge } from './statistics.ts';"],
    ['src/timekeeping/x.ts', "import type { Config } from '../../schemas/config.ts';"],
    ['src/clock.ts', 'setTimeout(() => Date.now(), 1);'],
    ['src/collector/x.ts', "import { onOff } from '../outputs/state.ts';\nimport { judge } from './judge.ts';"],
    ['src/server.ts', "import { loadConfig } from './config/load.ts';\nawait app.listen({});\nprocess.exit(1);"],
    ['test/x.test.ts', "import { buildApp } from '../src/app.ts';\nprocess.env.PORT = '1';"],
  ]);
  assert.deepEqual(violations(allowed), []);
});
