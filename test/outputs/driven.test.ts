import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { noteDriven, readDriven } from '../../src/outputs/driven.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { anOutput, aVent } from './a-bank.ts';

const DRIVEN = { driver: 'gpiochip', outputs: [anOutput(), aVent()] } as const;

describe('the note of what is driven', () => {
  it('is read as it was written, and stands alone in its folder', (t) => {
    const folder = temporaryFolder(t);
    noteDriven(folder, { driver: 'simulated', outputs: [] });
    noteDriven(folder, DRIVEN);
    assert.deepEqual(readDriven(folder), DRIVEN);
    assert.deepEqual(readdirSync(folder), ['outputs.json']);
  });

  it('is not written again where it says so already', (t) => {
    const folder = temporaryFolder(t);
    noteDriven(folder, DRIVEN);
    const { ino } = statSync(join(folder, 'outputs.json'));
    noteDriven(folder, DRIVEN);
    assert.equal(statSync(join(folder, 'outputs.json')).ino, ino);
    noteDriven(folder, { ...DRIVEN, outputs: [] });
    assert.notEqual(statSync(join(folder, 'outputs.json')).ino, ino);
  });

  it('is none where there is none, and where the disk has spoilt it', (t) => {
    const folder = temporaryFolder(t);
    assert.equal(readDriven(folder), undefined);
    writeFileSync(join(folder, 'outputs.json'), '{"driver":"gpiochip","outp');
    assert.equal(readDriven(folder), undefined);
    writeFileSync(join(folder, 'outputs.json'), '');
    assert.equal(readDriven(folder), undefined);
  });

  it('that cannot be written keeps the one before', (t) => {
    const folder = temporaryFolder(t);
    noteDriven(folder, DRIVEN);
    mkdirSync(join(folder, 'outputs.json.new')); // holds for root, too, unlike permissions
    assert.throws(() => noteDriven(folder, { driver: 'simulated', outputs: [] }), /EISDIR/);
    assert.deepEqual(readDriven(folder), DRIVEN);
  });
});
