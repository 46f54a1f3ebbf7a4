import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { SensorError } from './sensor.ts';

const NO_ANSWER = 'got no answer from the chip: check the wiring';

const READ_ERRORS: Record<string, string> = {
  ENOENT: 'does not exist: is the sensor connected and its driver loaded?',
  EACCES: 'may not be read by this user',
  EIO: 'gave an input/output error: check the wiring',
  ENODEV: 'belongs to a device that is gone',
  ENODATA: 'has no value: the channel is switched off',
  // What drivers answer for a chip that does not acknowledge, or holds its bus.
  ENXIO: NO_ANSWER,
  EREMOTEIO: NO_ANSWER,
  ETIMEDOUT: NO_ANSWER,
};

const NUMBER = /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i;

/** More than any number needs; a device file or a wrong path may hold gigabytes. */
const MAX_BYTES = 64;

/** Without NONBLOCK a pipe or a serial port holds a thread of the pool until somebody writes: four of them hold all. */
const READ_NOW = constants.O_RDONLY | constants.O_NONBLOCK;

/**
 * The number in a file of the kernel. An empty file is a failed reading: the kernel's 1-wire driver answers a bad
 * checksum and a missing sensor so, and `Number('')` would make 0 °C of it.
 */
export async function readNumberFile(path: string): Promise<number> {
  const text = (await readStart(path)).trim();
  if (text === '') throw new SensorError(`${path} is empty: the sensor did not answer`);
  const value = NUMBER.test(text) ? Number(text) : Number.NaN;
  if (!Number.isFinite(value)) throw new SensorError(`${path} holds ${JSON.stringify(text)}, which is not a number`);
  return value;
}

async function readStart(path: string): Promise<string> {
  try {
    await using file = await open(path, READ_NOW);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(MAX_BYTES), 0, MAX_BYTES, 0);
    if (bytesRead < MAX_BYTES) return buffer.toString('utf8', 0, bytesRead);
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    throw new SensorError(`${path} ${READ_ERRORS[code] ?? `cannot be read (${code})`}`);
  }
  throw new SensorError(`${path} holds more than one number`);
}

/** Cuts the digits that binary arithmetic adds: 25062 * 0.001 is 25.062, not 25.062000000000001. */
export function withoutBinaryNoise(value: number): number {
  return Number(value.toPrecision(12));
}
