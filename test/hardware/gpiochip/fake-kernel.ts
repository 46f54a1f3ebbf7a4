import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Kernel, KernelRefusal } from '../../../src/hardware/gpiochip/kernel.ts';
import * as uapi from '../../../src/hardware/gpiochip/uapi.ts';

export interface FakeChip {
  label: string;
  lines?: number;
  /** Holders of lines. An empty name is a line that is held by nobody in particular. */
  taken?: Record<number, string>;
  /** What opening the chip is refused with. */
  refuse?: string;
}

/** A kernel with the given chips, by device name, that notes every ioctl and lets a test queue edges. */
export class FakeKernel implements Kernel {
  readonly requests: number[] = [];
  readonly descriptors = new Map<number, string>();
  readonly #chips: Record<string, FakeChip>;
  readonly #waiting = new Map<number, Buffer[]>();
  readonly #watchers = new Map<number, () => void>();
  #nextFd = 100;
  readError: string | undefined;

  constructor(chips: Record<string, FakeChip>) {
    this.#chips = chips;
  }

  open(path: string): number {
    const chip = this.#chips[path.slice(path.lastIndexOf('/') + 1)];
    if (!chip) throw new KernelRefusal('ENXIO');
    if (chip.refuse) throw new KernelRefusal(chip.refuse);
    this.#nextFd += 1;
    this.descriptors.set(this.#nextFd, path.slice(path.lastIndexOf('/') + 1));
    return this.#nextFd;
  }

  close(fd: number): void {
    if (!this.descriptors.delete(fd)) throw new KernelRefusal('EBADF');
  }

  ioctl(fd: number, request: number, argument: Buffer): void {
    this.requests.push(request);
    const chip = this.#chips[this.descriptors.get(fd) ?? ''];
    if (request === uapi.GET_VALUES || request === uapi.SET_VALUES) {
      if (!this.descriptors.has(fd)) throw new KernelRefusal('EBADF');
      return;
    }
    if (!chip) throw new KernelRefusal('ENOTTY');
    if (request === uapi.GET_CHIP_INFO) {
      argument.write(chip.label, 32);
      argument.writeUInt32LE(chip.lines ?? 54, 64);
    } else if (request === uapi.GET_LINE_INFO) {
      argument.write(chip.taken?.[argument.readUInt32LE(64)] ?? '', 32);
    } else if (request === uapi.GET_LINE) {
      const offset = argument.readUInt32LE(0);
      if (chip.taken?.[offset] !== undefined) throw new KernelRefusal('EBUSY');
      this.#nextFd += 1;
      this.descriptors.set(this.#nextFd, `line ${offset}`);
      argument.writeInt32LE(this.#nextFd, 588);
    }
  }

  read(fd: number, into: Buffer): number {
    if (this.readError) throw new KernelRefusal(this.readError);
    const events = this.#waiting.get(fd)?.splice(0, Math.floor(into.length / uapi.LINE_EVENT_BYTES)) ?? [];
    return Buffer.concat(events).copy(into);
  }

  watch(fd: number, onReadable: () => void): { close(): void } {
    this.#watchers.set(fd, onReadable);
    return { close: () => void this.#watchers.delete(fd) };
  }

  lineFd(offset: number): number {
    for (const [fd, what] of this.descriptors) if (what === `line ${offset}`) return fd;
    throw new Error(`line ${offset} is not claimed`);
  }

  isWatched(fd: number): boolean {
    return this.#watchers.has(fd);
  }

  /** Queues edges and reports the descriptor as readable for as long as something waits, as libuv does. */
  edges(fd: number, ...states: boolean[]): void {
    this.#waiting.set(fd, [...(this.#waiting.get(fd) ?? []), ...states.map(lineEvent)]);
    while (this.#watchers.has(fd) && (this.#waiting.get(fd) ?? []).length > 0) this.#watchers.get(fd)?.();
  }
}

/** `struct gpio_v2_line_event`: 1 is a rising edge, 2 a falling one. */
export function lineEvent(rising: boolean): Buffer {
  const bytes = Buffer.alloc(48);
  bytes.writeUInt32LE(rising ? 1 : 2, 8);
  return bytes;
}

/** A folder that looks like /dev; remove it when done. */
export function devFolder(names: string[]): { path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), 'gpiochip-'));
  for (const name of names) writeFileSync(join(path, name), '');
  return { path, remove: () => rmSync(path, { recursive: true }) };
}
