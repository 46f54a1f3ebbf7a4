import { readFile, writeFile } from 'node:fs/promises';
import { configurationPage, editorSchema, environmentExample } from './configuration.ts';
import { openapiDocument } from './openapi.ts';

/** `npm run docs` writes what is generated; `npm run docs:check` fails when a committed file is not what it would write. */
const files: Record<string, string> = {
  'docs/openapi.json': await openapiDocument(),
  'docs/configuration.md': configurationPage(),
  'docs/config.schema.json': editorSchema(),
  'deploy/pi-edge-api.env.example': environmentExample(),
};

const onlyCheck = process.argv.includes('--check');
for (const [path, text] of Object.entries(files)) {
  const committed = await readFile(path, 'utf8').catch(() => '');
  if (committed === text) continue;
  if (onlyCheck) {
    console.error(`${path} is not what the code generates now: run "npm run docs" and commit it.`);
    process.exitCode = 1;
  } else {
    await writeFile(path, text);
    console.log(`wrote ${path}`);
  }
}
