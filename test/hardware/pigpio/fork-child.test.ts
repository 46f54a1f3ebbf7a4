import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { forkChild } from '../../../src/hardware/pigpio/fork-child.ts';
import { lastWords } from '../../../src/hardware/pigpio/last-words.ts';
import type { Report } from '../../../src/hardware/pigpio/protocol.ts';

describe('a real child on a machine without libpigpio', () => {
  it('says in one report that the library is missing, and ends without a sound', async () => {
    const reports: Report[] = [];
    const end = await new Promise<string[]>((resolve) => {
      forkChild({ onReport: (report) => reports.push(report), onEnd: (how, words) => resolve([how, words]) });
    });
    assert.deepEqual(end, ['status 0', '']);
    assert.match(JSON.stringify(reports), /^\[\{"failed":"libpigpio cannot be loaded \(.+\)"\}\]$/);
  });

  it('can be killed before it has said anything', async () => {
    const [how] = await new Promise<string[]>((resolve) => {
      forkChild({ onReport: () => {}, onEnd: (...end) => resolve(end) }).kill();
    });
    assert.equal(how, 'SIGKILL');
  });
});

describe('the last words of a process', () => {
  const CASES: [what: string, text: string, words: string][] = [
    ['nothing', '', ''],
    [
      'a line with a time',
      "2026-11-23 10:00:00 initInitialise: Can't lock /var/run/pigpio.pid\n",
      "Can't lock /var/run/pigpio.pid",
    ],
    [
      'a box',
      '2026-11-23 10:00:00 initCheckPermitted: \n+----+\n|Sorry, no.   |\n|Try root.    |\n+----+\n\n\n',
      'Sorry, no. Try root.',
    ],
    [
      'a stack',
      'file:///x.ts:3\nthrow new Error()\n      ^\n\nError: gone\n    at f (x.ts:3:7)\n    at node:internal/main\n\nNode.js v24.21.0\n',
      'file:///x.ts:3 throw new Error() Error: gone',
    ],
  ];
  for (const [what, text, words] of CASES) {
    it(`${what} becomes one line of words`, () => assert.equal(lastWords(text), words));
  }

  it('are the end of a long speech', () => {
    const words = lastWords(`${'blah '.repeat(1000)}the reason\n`);
    assert.match(words, /^… .*the reason$/);
    assert.ok(words.length < 320);
  });
});
