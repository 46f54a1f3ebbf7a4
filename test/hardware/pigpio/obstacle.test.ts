import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { findObstacle } from '../../../src/hardware/pigpio/obstacle.ts';
import { openPigpio } from '../../../src/hardware/pigpio/pigpio-driver.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { aBoard, type BoardOptions } from './a-board.ts';

const REVISIONS: [name: string, revision: number | undefined, known: boolean][] = [
  ['a Pi 1 with an old code', 0x000e, true],
  ['a Pi Zero', 0x900093, true],
  ['a Pi 3', 0xa02082, true],
  ['a Pi Zero 2 W', 0x902120, true],
  ['a Pi 4', 0xc03115, true],
  ['a Pi 4 out of warranty', 0x2c03115, true],
  ['a Pi 5', 0xc04170, false],
  ['a board with an unknown old code', 0x0100, false],
  ['a PC', undefined, false],
];

describe('what keeps pigpio from working', () => {
  for (const [name, revision, known] of REVISIONS) {
    it(`${name} is ${known ? '' : 'no '}board for pigpio`, async (t) => {
      const { board } = aBoard(temporaryFolder(t), { revision });
      const obstacle = await findObstacle(board);
      assert.equal(obstacle?.why, known ? undefined : 'it works on a Raspberry Pi 0 to 4 only');
    });
  }

  const CASES: [options: BoardOptions, message: RegExp][] = [
    [{ uid: 1000 }, /^pigpio cannot be used: it needs root; start the server as root, or use EDGE_HARDWARE=gpiochip/],
    [{ installed: 'nothing' }, /package pigpio is not installed; run "npm ci --include=optional"$/],
    [
      { installed: 'source only' },
      /not compiled; install libpigpio, then run "npm rebuild pigpio --ignore-scripts=false"$/,
    ],
    [{ installed: 'empty binding' }, /not compiled; install libpigpio/],
  ];
  for (const [options, message] of CASES) {
    it(`with ${JSON.stringify(options)} the driver says so in one sentence, and no process is started`, async (t) => {
      const start = () => assert.fail('a process was started');
      await assert.rejects(openPigpio({ ...aBoard(temporaryFolder(t), options), start }), {
        name: 'HardwareError',
        message,
      });
    });
  }
});
