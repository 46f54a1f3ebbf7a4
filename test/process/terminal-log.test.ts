import assert from 'node:assert/strict';
import { it } from 'node:test';
import { stripVTControlCharacters } from 'node:util';
import { terminalLog } from '../../src/terminal-log.ts';

function shown(entry: object | string): string {
  let text = '';
  const log = terminalLog({ write: (chunk: string) => (text += chunk) });
  log.write(typeof entry === 'string' ? entry : `${JSON.stringify({ time: 0, pid: 1, hostname: 'pi', ...entry })}\n`);
  return stripVTControlCharacters(text);
}

it('a line says when, how bad and what, and then what else there is', () => {
  assert.match(
    shown({ level: 30, msg: 'rule vent: 31 is above 30', rule: 'vent', n: 2 }),
    /^\d\d:\d\d:\d\d info {2}rule vent: 31 is above 30 rule=vent n=2\n$/,
  );
  assert.match(shown({ level: 60, msg: 'gone' }), / fatal gone\n$/);
});

it('an error is shown with its stack', () => {
  const text = shown({ level: 50, msg: 'failed', err: { message: 'why', stack: 'Error: why\n    at here' } });
  assert.match(text, / error failed\n {6}Error: why\n {10}at here\n$/);
});

it('a line that is no JSON is shown as it is', () => {
  assert.equal(shown('plain words\n'), 'plain words\n');
});
