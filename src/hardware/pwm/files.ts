import {
  closeSync,
  constants,
  existsSync,
  openSync,
  readdirSync,
  readFileSync,
  realpathSync,
  writeSync,
} from 'node:fs';

/** The calls on the kernel's PWM files. Refusals are thrown with the kernel's name as `code`. */
export interface PwmFiles {
  /** Names in a folder; none where there is no such folder. */
  list(folder: string): string[];
  has(path: string): boolean;
  /** Where a link leads. */
  resolve(path: string): string;
  read(path: string): string;
  write(path: string, text: string): void;
}

/** Synchronous: such a file is a few registers of the chip, not a disk. */
export const kernelFiles: PwmFiles = {
  list: (folder) => (existsSync(folder) ? readdirSync(folder) : []),
  has: existsSync,
  resolve: (path) => realpathSync(path),
  read: (path) => readFileSync(path, 'utf8').trim(),
  write(path, text) {
    // For writing only, which is all that `export` allows; and never to make a file that is not there.
    const fd = openSync(path, constants.O_WRONLY);
    try {
      writeSync(fd, text);
    } finally {
      closeSync(fd);
    }
  },
};
