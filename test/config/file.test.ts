import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { describe, it } from 'node:test';
import { loadConfig } from '../../src/config/load.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { faultsIn, faultsOf, fileWith, load } from './faults.ts';

describe('the configuration file', () => {
  for (const [what, text] of [
    ['empty', ''],
    ['only comments', '# later\n'],
    ['an empty document', '---\n'],
  ] as const) {
    it(`gives the defaults when it is ${what}`, (t) => {
      assert.deepEqual(load(t, text), loadConfig({}));
    });
  }

  it('may repeat a part by an alias', (t) => {
    const { store, outputs } = load(t, 'store: { dir: &where /data }\noutputs: [{ id: led, pin: 4, safe: on }]\n');
    assert.equal(store.dir, '/data');
    assert.deepEqual(outputs, [{ id: 'led', pin: 4, active: 'high', safe: 'on', override_s: 3600, excludes: [] }]);
    const shared = load(t, 'sensors: [&a { id: a, kind: cpu }]\nlog: { level: &word info }\ndevice: { id: *word }\n');
    assert.equal(shared.device.id, 'info');
  });

  it('that does not exist is named with the reason', (t) => {
    const path = join(temporaryFolder(t), 'nowhere.yaml');
    assert.deepEqual(
      faultsOf(() => loadConfig({ EDGE_CONFIG: path })),
      [`Cannot read the configuration file ${path}: there is no such file.`],
    );
  });

  it('that is a folder is named with the reason', (t) => {
    const path = join(temporaryFolder(t), 'folder.yaml');
    mkdirSync(path);
    assert.deepEqual(
      faultsOf(() => loadConfig({ EDGE_CONFIG: path })),
      [`Cannot read the configuration file ${path}: it is a folder.`],
    );
  });

  it('is not asked for when EDGE_CONFIG is empty', () => {
    assert.deepEqual(loadConfig({ EDGE_CONFIG: '' }), loadConfig({}));
  });

  it('is the same file with a byte order mark and Windows line ends', (t) => {
    assert.equal(load(t, '\uFEFFhttp:\r\n  port: 8080\r\n').http.port, 8080);
    assert.deepEqual(faultsIn(t, '\uFEFFhttp:\r\n  port: 0x\r\n'), [
      'edge.yaml:2: http.port must be a whole number, but is "0x"',
    ]);
  });
});

describe('a configuration file that is no valid YAML', () => {
  const cases: Record<string, [text: string, fault: RegExp]> = {
    'a bracket that never closes': ['log:\n  level: [info\n', /^edge\.yaml:3: /],
    'tabs for indentation': ['log:\n\tlevel: info\n', /^edge\.yaml:2: Tabs/],
    'a key that comes twice': ['http:\n  port: 1\n  port: 2\n', /^edge\.yaml:3: Map keys must be unique/],
    'a section that comes twice': ['log: {}\nhttp: {}\nlog: {}\n', /^edge\.yaml:3: Map keys must be unique/],
    'a second document': ['log: {}\n---\nhttp: {}\n', /^edge\.yaml:2: .*multiple documents/],
    'an alias of nothing': ['log: {}\nhttp: *web\n', /^edge\.yaml:2: \*web must stand for something before it/],
    'an alias of its own list': ['log: {}\nsensors: &all\n  - *all\n', /^edge\.yaml:3: \*all must stand for/],
    'a tag that nobody resolves': ['http:\n  host: !secret web\n', /^edge\.yaml:2: Unresolved tag: !secret/],
  };
  for (const [what, [text, fault]] of Object.entries(cases)) {
    it(`is refused with its line: ${what}`, (t) => {
      const faults = faultsIn(t, text);
      assert.equal(faults.length, 1);
      assert.match(faults[0] ?? '', fault);
    });
  }

  it('is refused when its aliases multiply beyond measure', (t) => {
    const levels = ['a', 'b', 'c', 'd'].map((name, n, all) => `${name}: &${name} [${`*${all[n - 1]},`.repeat(9)}]`);
    const bomb = ['a: &a [x,x,x,x,x,x,x,x,x]', ...levels.slice(1)].join('\n');
    assert.match(faultsIn(t, bomb)[0] ?? '', /^edge\.yaml:1: Excessive alias count/);
  });

  for (const [what, text] of [
    ['a list', '- 1\n- 2\n'],
    ['a word', 'hello\n'],
    ['a number', '0\n'],
    ['false', 'false\n'],
  ] as const) {
    it(`is refused when it is ${what} instead of a map`, (t) => {
      assert.deepEqual(faultsIn(t, text), [
        'edge.yaml:1: must be a map of settings, like "collect: { interval_s: 10 }"',
      ]);
    });
  }

  it('says all its faults at once', (t) => {
    assert.equal(faultsIn(t, 'log: { level: info, level: warn }\nlog: {}\nhttp: !a 1\n').length, 3);
  });
});

it('a configuration file is found by a relative path too', (t) => {
  const file = fileWith(t, 'device: { id: greenhouse }\n');
  assert.equal(loadConfig({ EDGE_CONFIG: relative(process.cwd(), file) }).device.id, 'greenhouse');
});
