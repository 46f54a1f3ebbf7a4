import { basename, dirname, join } from 'node:path';
import type { PwmFiles } from '../../../src/hardware/pwm/files.ts';

export const FOLDER = '/sys/class/pwm';

interface FakeChip {
  /** Name of the device behind the chip. */
  device: string;
  channels?: number;
}

/** What a kernel says: refusals are errors with a code. */
export const refused = (code: string) => Object.assign(new Error(code), { code });

/** The kernel's PWM class in memory, with its rules: what it refuses, a real one refuses. */
export class FakePwmClass implements PwmFiles {
  readonly writes: string[] = [];
  /** Thrown by writes to files of that name; looked at each time. */
  readonly refuse = new Map<string, string>();
  readonly #chips: ReadonlyMap<string, FakeChip>;
  readonly #channels = new Map<string, Record<string, string>>();

  constructor(chips: Record<string, FakeChip>) {
    this.#chips = new Map(Object.entries(chips));
  }

  /** The files of a channel as they are now; a test may write to them as somebody else. */
  channel(chip: string, number: number): Record<string, string> {
    const path = join(FOLDER, chip, `pwm${number}`);
    const files = this.#channels.get(path) ?? { period: '0', duty_cycle: '0', polarity: 'normal', enable: '0' };
    this.#channels.set(path, files);
    return files;
  }

  list(folder: string): string[] {
    return folder === FOLDER ? [...this.#chips.keys()] : [];
  }

  has(path: string): boolean {
    return this.#channels.has(path);
  }

  resolve(path: string): string {
    return `/sys/devices/platform/${this.#chipOf(path).device}`;
  }

  read(path: string): string {
    if (basename(path) === 'npwm') return String(this.#chipOf(path).channels ?? 2);
    const value = this.#channels.get(dirname(path))?.[basename(path)];
    if (value === undefined) throw refused('ENOENT');
    return value;
  }

  write(path: string, text: string): void {
    const file = basename(path);
    const code = this.refuse.get(file);
    if (code !== undefined) throw refused(code);
    if (file === 'export') {
      this.channel(basename(dirname(path)), Number(text));
      this.writes.push(`export ${text}`);
      return;
    }
    const files = this.#channels.get(dirname(path));
    if (!files) throw refused('ENOENT');
    const next = { ...files, [file]: text };
    if (Number(next.duty_cycle) > Number(next.period)) throw refused('EINVAL');
    if (file === 'polarity' && files.enable === '1') throw refused('EBUSY');
    if (file === 'enable' && text === '1' && next.period === '0') throw refused('EINVAL');
    files[file] = text;
    this.writes.push(`${file} ${text}`);
  }

  #chipOf(path: string): FakeChip {
    const chip = this.#chips.get(path.slice(FOLDER.length + 1).split('/')[0] ?? '');
    if (!chip) throw refused('ENOENT');
    return chip;
  }
}
