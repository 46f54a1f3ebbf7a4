import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

interface Lifetime {
  after(clean: () => void): void;
}

/** A folder of its own for one test, gone when the test is over. */
export function temporaryFolder(test: Lifetime): string {
  const folder = mkdtempSync(join(tmpdir(), 'pi-edge-api-'));
  test.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
