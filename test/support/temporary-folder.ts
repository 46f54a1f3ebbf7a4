import { mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

interface Lifetime {
  after(clean: () => void): void;
}

/** A folder of its own for one test, gone when the test is over. */
export function temporaryFolder(test: Lifetime): string {
  const folder = mkdtempSync(join(tmpdir(), 'pi-edge-api-'));
  test.after(() => {
    // A server that is ended only behind this would put one more file into what is being emptied.
    const gone = `${folder}-gone`;
    renameSync(folder, gone);
    rmSync(gone, { recursive: true });
  });
  return folder;
}
