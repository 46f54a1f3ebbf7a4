import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { loadConfigFile } from '../../src/config/load.ts';
import { configurationText } from '../../src/discover/configuration-text.ts';
import { lookAround } from '../../src/discover/surroundings.ts';
import { FakeKernel } from '../sensors/a-kernel.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

/** What is printed on this machine. */
export const discover = async ({ root }: FakeKernel) => configurationText(await lookAround(root));

/** What check-config finds in the text. */
export function load(t: TestContext, text: string) {
  const file = join(temporaryFolder(t), 'edge.yaml');
  writeFileSync(file, text);
  return loadConfigFile(file);
}

export function aPi(t: TestContext): FakeKernel {
  const kernel = new FakeKernel(t);
  kernel.file('/proc/device-tree/model', 'Raspberry Pi 4 Model B Rev 1.4\0');
  return kernel;
}
