import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { gunzipSync } from 'node:zlib';

/** Folder that has what a server of a version had on the card. */
export const folderOf = (version: number) => join(import.meta.dirname, String(version));

/** Puts it in the place of a database. */
export function unpackVersion(version: number, file: string): void {
  for (const name of readdirSync(folderOf(version))) {
    const bytes = gunzipSync(readFileSync(join(folderOf(version), name)));
    writeFileSync(file + basename(name, '.gz').slice('edge.db'.length), bytes);
  }
}
