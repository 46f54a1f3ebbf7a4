import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseVariable } from '../../src/config/environment.ts';
import { loadConfig } from '../../src/config/load.ts';
import { faultsIn, faultsOf, load } from './faults.ts';

const faultsWith = (env: NodeJS.ProcessEnv) => faultsOf(() => loadConfig(env));

describe('an environment variable', () => {
  it('wins over the file, which fills in the rest', (t) => {
    const { http } = load(t, 'http: { port: 8080, host: 127.0.0.1 }\n', { PORT: '9090' });
    assert.deepEqual([http.port, http.host], [9090, '127.0.0.1']);
  });

  it('holds for every setting that has one', () => {
    const config = loadConfig({
      HOST: '::1',
      PORT: '80',
      LOG_LEVEL: 'warn',
      EDGE_DATA_DIR: '/data',
      EDGE_API_KEY: 'a-key-of-24-characters-xx',
      EDGE_HARDWARE: 'simulated',
      EDGE_COLLECT_INTERVAL_S: '0.5',
      EDGE_CORS_ORIGINS: 'http://a.example, https://b.example:8443,',
      EDGE_PROTECT_READS: 'TRUE',
    });
    assert.partialDeepStrictEqual(
      { ...config.http, dir: config.store.dir, level: config.log.level, ...config.hardware, ...config.collect },
      {
        host: '::1',
        port: 80,
        api_key: 'a-key-of-24-characters-xx',
        cors_origins: ['http://a.example', 'https://b.example:8443'],
        protect_reads: true,
        dir: '/data',
        level: 'warn',
        driver: 'simulated',
        interval_s: 0.5,
      },
    );
  });

  it('that is empty is not set', (t) => {
    assert.equal(load(t, 'http: { port: 8080 }\n', { PORT: '', EDGE_API_KEY: '' }).http.port, 8080);
  });

  it('that is wrong is named instead of a line of the file', (t) => {
    assert.deepEqual(faultsIn(t, 'http: { port: 8080 }\n', { PORT: '70000' }), [
      'PORT: must be at most 65535, but is 70000',
    ]);
    assert.deepEqual(faultsWith({ EDGE_CORS_ORIGINS: '*,nonsense' }), [
      'EDGE_CORS_ORIGINS: must be an origin like http://192.168.1.100:3000, or *, but is "nonsense"',
    ]);
  });

  it('does not mend a section of the file that is no map', (t) => {
    for (const section of ['', '5', '[]']) {
      const faults = faultsIn(t, `http: ${section}\n`, { PORT: '8080' });
      assert.equal(faults.length, 1);
      assert.match(faults[0] ?? '', /^edge\.yaml:1: http must be an object/);
    }
  });

  it('with our prefix and an unknown name is refused, all of them, and others are nothing of ours', () => {
    assert.deepEqual(faultsWith({ EDGE_APIKEY: 'x', EDGE_PORT: '', PATH: '/bin', LEDGE_X: '1' }), [
      'EDGE_APIKEY: there is no such setting',
      'EDGE_PORT: there is no such setting',
    ]);
  });
});

describe('a number in the environment', () => {
  for (const text of ['5', ' 5 ', '+5', '5.0', '5.']) {
    it(`is read: "${text}"`, () => assert.equal(loadConfig({ PORT: text }).http.port, 5));
  }
  for (const text of ['Infinity', '-Infinity', 'NaN', '1e3', '1e999', '0x10', '0b1', '1_000', '5 0', '५', '.', ' ']) {
    it(`is refused: "${text}"`, () => {
      assert.deepEqual(faultsWith({ PORT: text }), [`PORT: must be a whole number, but is ${JSON.stringify(text)}`]);
    });
  }
  it('is refused when it has more digits than a number can have', () => {
    assert.match(
      faultsWith({ EDGE_COLLECT_INTERVAL_S: '9'.repeat(400) })[0] ?? '',
      /must be a number, but is Infinity$/,
    );
  });
});

describe('a switch in the environment', () => {
  for (const [text, value] of Object.entries({ true: true, 1: true, ' True ': true, false: false, 0: false })) {
    it(`is read: "${text}"`, () => assert.equal(parseVariable(text, 'boolean'), value));
  }
  for (const text of ['yes', 'on', '2', 'constructor', '__proto__', 'toString']) {
    it(`is refused: "${text}"`, () => {
      assert.deepEqual(faultsWith({ EDGE_PROTECT_READS: text }), [
        `EDGE_PROTECT_READS: must be true or false, but is ${JSON.stringify(text)}`,
      ]);
    });
  }
});

describe('a secret', () => {
  const SECRET = 'sesame-open-the-door';

  it('is refused in the file, and not repeated', (t) => {
    assert.deepEqual(faultsIn(t, `http:\n  api_key: ${SECRET}\n`), [
      'edge.yaml:2: http.api_key is a secret: set it in the environment, as EDGE_API_KEY',
    ]);
  });

  it('is refused in the file although the environment has one too', (t) => {
    const faults = faultsIn(t, `http: { api_key: ${SECRET} }\n`, { EDGE_API_KEY: 'the-right-place-for-it' });
    assert.equal(faults.length, 1);
  });

  for (const [what, text] of Object.entries({
    'too short': 'sesame',
    'too long': SECRET.repeat(20),
    'with spaces': 'open the door please',
    'with letters outside of ASCII': 'öffne-die-türe-bitte',
  })) {
    it(`that is ${what} is refused without being repeated`, () => {
      const faults = faultsWith({ EDGE_API_KEY: text });
      assert.match(faults[0] ?? '', /^EDGE_API_KEY: must /);
      assert.ok(!faults.join().includes(text));
    });
  }

  it('at a wrong place in the file is not repeated', (t) => {
    const faults = faultsIn(
      t,
      `api_key: ${SECRET}\nstore: { api_key: ${SECRET} }\ndevice: { EDGE_API_KEY: ${SECRET} }\n`,
    );
    assert.equal(faults.length, 3);
    assert.ok(!faults.join().includes(SECRET));
  });
});
