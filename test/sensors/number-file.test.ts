import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { readNumberFile, withoutBinaryNoise } from '../../src/sensors/number-file.ts';
import { SensorError } from '../../src/sensors/sensor.ts';
import { messageAsNobody } from '../config/as-nobody.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

type Lifetime = Parameters<typeof temporaryFolder>[0];

function fileWith(test: Lifetime, text: string): string {
  const file = join(temporaryFolder(test), 'temperature');
  writeFileSync(file, text);
  return file;
}

async function refusalOf(path: string): Promise<string> {
  try {
    return `not refused, but ${await readNumberFile(path)}`;
  } catch (error) {
    if (error instanceof SensorError) return error.message.replace(path, 'FILE');
    throw error;
  }
}

describe('a file with one number', () => {
  for (const [text, value] of [
    ['25062\n', 25062],
    ['-5', -5],
    ['+5\n', 5],
    ['  0.25 \r\n', 0.25],
    ['.5', 0.5],
    ['5.', 5],
    ['1.5e-3\n', 0.0015],
    ['0', 0],
    [`${'0'.repeat(62)}7`, 7],
  ] as const) {
    it(`is read: ${JSON.stringify(text)}`, async (t) => {
      assert.equal(await readNumberFile(fileWith(t, text)), value);
    });
  }

  for (const text of ['', '\n', '  \n']) {
    it(`is never 0 when it is empty: ${JSON.stringify(text)}`, async (t) => {
      assert.equal(await refusalOf(fileWith(t, text)), 'FILE is empty: the sensor did not answer');
    });
  }

  for (const text of [
    'nan',
    'NaN',
    'Infinity',
    '-inf',
    '1e999',
    '0x19',
    '0b1',
    '1,5',
    '25 26',
    '25\n26',
    '25C',
    '--5',
  ]) {
    it(`is refused when it holds something else: ${JSON.stringify(text)}`, async (t) => {
      assert.equal(await refusalOf(fileWith(t, text)), `FILE holds ${JSON.stringify(text)}, which is not a number`);
    });
  }
});

describe('what is no file with one number', () => {
  it('is refused when it is longer than any number, instead of taking the first digits', async (t) => {
    assert.equal(await refusalOf(fileWith(t, '1'.repeat(64))), 'FILE holds more than one number');
    assert.equal(await refusalOf(fileWith(t, `25${' '.repeat(62)}rubbish`)), 'FILE holds more than one number');
  });

  it('is refused when it never ends, without being read to the end', async () => {
    assert.equal(await refusalOf('/dev/zero'), 'FILE holds more than one number');
  });

  it('is refused when it does not exist, or is a folder', async (t) => {
    const folder = temporaryFolder(t);
    mkdirSync(join(folder, 'inside'));
    assert.equal(
      await refusalOf(join(folder, 'nothing')),
      'FILE does not exist: is the sensor connected and its driver loaded?',
    );
    assert.equal(await refusalOf(join(folder, 'inside')), 'FILE cannot be read (EISDIR)');
  });

  it('is refused when this user has no permission', (t) => {
    const file = fileWith(t, '5');
    chmodSync(join(file, '..'), 0o755);
    chmodSync(file, 0o000);
    assert.equal(
      messageAsNobody('sensors/number-file.ts', 'readNumberFile', file),
      `${file} may not be read by this user`,
    );
  });

  it('is refused when it is a pipe that nobody writes to, instead of holding a thread for ever', (t) => {
    const pipe = join(temporaryFolder(t), 'pipe');
    execFileSync('mkfifo', ['--mode=666', pipe]);
    chmodSync(join(pipe, '..'), 0o755);
    assert.equal(messageAsNobody('sensors/number-file.ts', 'readNumberFile', pipe), `${pipe} cannot be read (ESPIPE)`);
  });
});

describe('binary noise', () => {
  for (const [value, clean] of [
    [25062 * 0.001, 25.062],
    [0.1 + 0.2, 0.3],
    [273.16 - 273.15, 0.01],
    [-40, -40],
    [0, 0],
    [123456789.125, 123456789.125],
    [1e-9 * 3, 3e-9],
  ] as const) {
    it(`is cut from ${value}`, () => assert.equal(withoutBinaryNoise(value), clean));
  }
});
