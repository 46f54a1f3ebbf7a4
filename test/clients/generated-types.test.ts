import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { it } from 'node:test';
import openapiTS, { astToString, COMMENT_HEADER, type OpenAPI3 } from 'openapi-typescript';

const read = (path: string): Promise<string> => readFile(new URL(path, import.meta.url), 'utf8');

it('the committed types of the TypeScript client are those of the committed document', async () => {
  const document = JSON.parse(await read('../../docs/openapi.json')) as OpenAPI3;
  const types = await openapiTS(document, { rootTypes: true, rootTypesNoSchemaPrefix: true, silent: true });
  const expected = `${COMMENT_HEADER}${astToString(types)}`;
  const committed = await read('generated/schema.d.ts');
  assert.ok(committed === expected, 'test/clients/generated/schema.d.ts is old: run "npm run docs:client"');
});
