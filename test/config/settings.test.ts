import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { loadConfig } from '../../src/config/load.ts';
import { faultsIn, load } from './faults.ts';

describe('a wrong setting', () => {
  const cases: Record<string, [text: string, fault: string]> = {
    'a wrong type': ['http:\n  port: "5000"\n', '2: http.port must be a whole number, but is "5000"'],
    'a fraction for a whole number': ['http:\n  port: 80.5\n', '2: http.port must be a whole number, but is 80.5'],
    'too small a number': ['collect:\n  interval_s: 0\n', '2: collect.interval_s must be at least 0.1, but is 0'],
    'too large a number': ['http: { port: 65536 }\n', '1: http.port must be at most 65535, but is 65536'],
    'a word that is not on the list': [
      'log:\n\n  level: loud\n',
      '3: log.level must be one of fatal, error, warn, info, debug, trace, silent, but is "loud"',
    ],
    'an unknown section': [
      'log: {}\nhttps: {}\n',
      '2: https is not known here; known are device, hardware, collect, sensors, outputs, rules, alerts, store, clock, uplink, http, log',
    ],
    'an unknown key': ['log:\n  colour: true\n', '2: log.colour is not known here; known are level'],
    'an inherited word for a key': ['log:\n  __proto__: {}\n', '2: log.__proto__ is not known here; known are level'],
    'a section with nothing in it': ['log:\n', '1: log must be an object, but is null'],
    'a name with a capital letter': [
      'device: { id: Pi }\n',
      '1: device.id must be a name: a small letter, then up to 63 small letters, digits, "_" or "-", but is "Pi"',
    ],
    'an empty text': ['device: { name: "" }\n', '1: device.name must have at least 1 characters, but is ""'],
    'an item of a list': [
      'http:\n  cors_origins:\n    - "*"\n    - nonsense\n',
      '4: http.cors_origins[1] must be an origin like http://192.168.1.100:3000, or *, but is "nonsense"',
    ],
    'a sensor without an id': ['sensors:\n  - { kind: cpu }\n', '2: sensors[0].id is required'],
    'a sensor of an unknown kind': [
      'sensors:\n  - id: a\n    kind: camera\n',
      '3: sensors[0].kind must be one of ' +
        'cpu, gpio, ds18b20, dht11, dht22, bmp280, bme280, lm75, ina219, hwmon, iio, sysfs, simulated, but is "camera"',
    ],
    'a key of another kind of sensor': [
      'sensors:\n  - id: a\n    kind: cpu\n    pin: 4\n',
      '4: sensors[0].pin is not known here; known are ' +
        'id, stale_after_s, kind, zone, min, max, max_step_per_s, stuck_after_s',
    ],
    'a sensor that is no map': ['sensors: [5]\n', '1: sensors[0] must be an object, but is 5'],
    'a relative path': [
      'sensors: [{ id: a, kind: sysfs, unit: V, path: in0 }]\n',
      '1: sensors[0].path must be an absolute path, like /sys/class/hwmon/hwmon0/temp1_input, but is "in0"',
    ],
    'a password in the address of the uplink': [
      'uplink:\n  url: https://pi:sesame@example.org/ingest\n',
      '2: uplink.url must be an address like https://example.org/ingest, without user or password, ' +
        'but is "https://…@example.org/ingest"',
    ],
    'an address of the uplink that is none': [
      'uplink:\n  url: https://example.org:99999/\n',
      '2: uplink.url must be an address like https://example.org/ingest, but is "https://example.org:99999/"',
    ],
    'a window that does not fit into an hour': [
      'uplink:\n  window_s: 700\n',
      '2: uplink.window_s must divide an hour: 60, 300, 600, 900, …, but is 700',
    ],
    'a rule about a sensor that is not there': [
      'rules:\n  - { id: r, sensor: gone, above: 1, then: { output: led, action: on } }\n',
      '2: rules[0].sensor must be the id of a sensor, but is "gone"',
    ],
    'a rule with both limits': [
      'rules:\n  - { id: r, sensor: button, above: 1, below: 0, then: { output: led, action: on } }\n',
      '2: rules[0].below cannot stand beside above',
    ],
    'a second rule for one output': [
      'rules:\n  - { id: r, sensor: button, above: 0, then: { output: led, action: on } }\n' +
        '  - { id: s, sensor: button, below: 1, then: { output: led, action: on } }\n',
      '3: rules[1].then.output is commanded by the rule r already',
    ],
    'outputs that exclude each other and are on together when they are safe': [
      'outputs:\n  - { id: a, pin: 4, safe: on, excludes: [b] }\n  - { id: b, pin: 5, safe: on }\n',
      '2: outputs[0].excludes[0] is on together with a at the start or when both are safe',
    ],
    'an output that would have to stay on for longer than it may': [
      'outputs:\n  - { id: a, pin: 4, min_on_s: 60, max_on_s: 30 }\n',
      '2: outputs[0].max_on_s must not be less than min_on_s, which is 60, but is 30',
    ],
    'a pin that is not on the header': [
      'outputs:\n  - id: a\n    pin: 28\n',
      '3: outputs[0].pin must be at most 27, but is 28',
    ],
  };
  for (const [what, [text, fault]] of Object.entries(cases)) {
    it(`is named by file, line and path with what was expected: ${what}`, (t) => {
      assert.deepEqual(faultsIn(t, text), [`edge.yaml:${fault}`]);
    });
  }

  it('that is no number on paper is none here: infinite and not-a-number', (t) => {
    assert.match(faultsIn(t, 'collect: { interval_s: .inf }\n')[0] ?? '', /must be a number, but is Infinity$/);
    assert.match(faultsIn(t, 'collect: { interval_s: .nan }\n')[0] ?? '', /must be a number, but is NaN$/);
  });

  it('stands beside all the other ones', (t) => {
    const text = 'log: { level: loud }\nhttp:\n  port: -1\n  api_key: sesame\noutputs:\n  - pin: 99\n    id: 5\nx: 1\n';
    const faults = faultsIn(t, text, { EDGE_PROTECT_READS: 'perhaps', EDGE_TYPO: '1' });
    assert.deepEqual(faults.map((fault) => fault.split(' ')[0]).sort(), [
      'EDGE_PROTECT_READS:',
      'EDGE_TYPO:',
      ...[1, 3, 4, 6, 7, 8].map((line) => `edge.yaml:${line}:`),
    ]);
  });
});

describe('what is used twice', () => {
  const CPU = '{ id: a, kind: cpu }';
  const BUTTON = '{ id: b, kind: gpio, pin: 4 }';
  const cases: Record<string, [text: string, fault: RegExp]> = {
    'an id of two sensors': [`sensors:\n  - ${CPU}\n  - ${CPU}\n`, /^edge\.yaml:3: sensors\[1\]\.id is used twice/],
    'an id of a sensor and an output': [
      `sensors: [${CPU}]\noutputs: [{ id: a, pin: 4 }]\n`,
      /^edge\.yaml:2: outputs\[0\]\.id is used twice: sensors\[0\] has it already/,
    ],
    'a pin of an input and an output': [
      `sensors: [${BUTTON}]\noutputs: [{ id: c, pin: 4 }]\n`,
      /^edge\.yaml:2: outputs\[0\]\.pin is used twice: sensors\[0\] has it already/,
    ],
    'a pin of two outputs': [
      'outputs:\n  - { id: a, pin: 4 }\n  - { id: b, pin: 4 }\n',
      /^edge\.yaml:3: outputs\[1\]\.pin is used twice: outputs\[0\] has it already/,
    ],
  };
  for (const [what, [text, fault]] of Object.entries(cases)) {
    it(`is refused: ${what}`, (t) => {
      const faults = faultsIn(t, text);
      assert.equal(faults.length, 1);
      assert.match(faults[0] ?? '', fault);
    });
  }

  it('is also found between the file and the default lists', (t) => {
    assert.match(
      faultsIn(t, 'outputs: [{ id: c, pin: 27 }]\n')[0] ?? '',
      /^edge\.yaml:1: outputs\[0\]\.pin is used twice/,
    );
  });
});

it('limits that leave no room for a value are refused', (t) => {
  const limits = (min: number, max: number) => `sensors:\n  - { id: a, kind: cpu, min: ${min}, max: ${max} }\n`;
  const fault = (min: number, max: number) =>
    `edge.yaml:2: sensors[0].max must be more than min, which is ${min}, but is ${max}`;
  assert.deepEqual(faultsIn(t, limits(80, -40)), [fault(80, -40)]);
  assert.deepEqual(faultsIn(t, limits(5, 5)), [fault(5, 5)]);
  assert.deepEqual(faultsIn(t, limits(-40, 80)), []);
});

describe('the configuration', () => {
  it('has the defaults of each kind of sensor and output', (t) => {
    const { sensors, outputs } = load(
      t,
      `sensors:
  - { id: a, kind: cpu }
  - { id: b, kind: gpio, pin: 4 }
  - { id: c, kind: sysfs, path: /c, unit: V }
  - { id: d, kind: simulated, unit: V }
outputs: [{ id: e, pin: 5 }]
`,
    );
    assert.deepEqual(sensors, [
      { id: 'a', kind: 'cpu', zone: 0 },
      { id: 'b', kind: 'gpio', pin: 4, pull: 'off', active: 'high', debounce_ms: 20 },
      { id: 'c', kind: 'sysfs', path: '/c', unit: 'V', scale: 1, offset: 0 },
      { id: 'd', kind: 'simulated', unit: 'V', mean: 20, amplitude: 5, period_s: 86400, noise: 0.1, seed: 1 },
    ]);
    assert.deepEqual(outputs, [{ id: 'e', pin: 5, active: 'high', safe: 'off', override_s: 3600, excludes: [] }]);
  });

  it("is the chapter's device without a file", () => {
    const { sensors, outputs, http, collect } = loadConfig({});
    assert.deepEqual(
      sensors.map(({ id, kind }) => [id, kind]),
      [
        ['cpu_temp_c', 'cpu'],
        ['button', 'gpio'],
      ],
    );
    assert.deepEqual(
      outputs.map(({ id, pin }) => [id, pin]),
      [['led', 17]],
    );
    assert.deepEqual([http.host, http.port, collect.interval_s], ['::', 5000, 10]);
  });

  it('is frozen to the last leaf, and one does not share its leaves with the next', () => {
    const config = loadConfig({});
    assert.throws(() => Object.assign(config.http, { port: 1 }), TypeError);
    assert.throws(() => Object.assign(config.sensors[0] ?? {}, { id: 'x' }), TypeError);
    assert.throws(() => (config.http.cors_origins as string[]).push('*'), TypeError);
    assert.notEqual(loadConfig({}).sensors, config.sensors);
  });
});
