import { linkSync, rmSync, writeFileSync } from 'node:fs';

/** A small file, as {@link writeOnce} takes it. */
export interface SmallFile {
  file: string;
  text: string;
}

/**
 * Writes a small file for its owner alone, unless there is one: then it throws `EEXIST`. The file appears whole and on
 * disk, or not at all: a power cut at the first start leaves no half of it behind.
 */
export function writeOnce({ file, text }: SmallFile): void {
  const draft = `${file}.${process.pid}`;
  try {
    writeFileSync(draft, text, { mode: 0o600, flush: true });
    linkSync(draft, file);
  } finally {
    rmSync(draft, { force: true });
  }
}
