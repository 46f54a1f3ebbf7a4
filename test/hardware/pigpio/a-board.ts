import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Board } from '../../../src/hardware/pigpio/obstacle.ts';

export interface BoardOptions {
  /** Revision code; undefined on a machine that is no Pi. */
  revision?: number | undefined;
  uid?: number;
  /** What lies in the npm package's place. */
  installed?: 'compiled' | 'empty binding' | 'source only' | 'nothing';
}

export const PI_4 = 0xc03115;

/** A machine in a folder: what pigpio looks for before it is started. By default all is well. */
export function aBoard(folder: string, options: BoardOptions = {}): { root: string; board: Board } {
  const { revision, uid = 0, installed = 'compiled' } = { revision: PI_4, ...options };
  if (revision !== undefined) {
    const code = Buffer.alloc(4);
    code.writeUInt32BE(revision);
    put(join(folder, 'proc/device-tree/system/linux,revision'), code);
  }
  const packageFile = join(folder, 'node_modules/pigpio/pigpio.js');
  const binding = join(folder, 'node_modules/pigpio/build/Release/pigpio.node');
  if (installed === 'compiled') put(binding, '\x7fELF\0\0libpigpio.so.1\0\0');
  if (installed === 'empty binding') put(binding, '\x7fELF\0\0libc.so.6\0\0');
  return { root: folder, board: { root: folder, uid, packageFile: installed === 'nothing' ? undefined : packageFile } };
}

function put(path: string, content: string | Buffer): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
}
