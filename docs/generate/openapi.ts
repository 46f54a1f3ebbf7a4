import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildApp } from '../../src/app.ts';
import { loadConfig } from '../../src/config/load.ts';

/** The document that a server with the default configuration serves at /docs/json. */
export async function openapiDocument(): Promise<string> {
  const dataDirectory = await mkdtemp(join(tmpdir(), 'pi-edge-api-docs-'));
  const config = loadConfig({ EDGE_HARDWARE: 'simulated', LOG_LEVEL: 'silent' });
  const app = await buildApp(config, { dataDirectory, apiKey: 'only-for-this-document' });
  try {
    await app.ready();
    return `${JSON.stringify(app.swagger(), null, 2)}\n`;
  } finally {
    await app.close();
    await rm(dataDirectory, { recursive: true });
  }
}
