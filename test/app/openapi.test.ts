import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import test from 'node:test';
import { parse } from 'yaml';
import { openapiDocument } from '../../docs/generate/openapi.ts';
import { namedSchemas } from '../../schemas/index.ts';
import { buildTestApp } from '../support/server.ts';

interface Operation {
  operationId?: string;
  summary?: string;
  tags?: string[];
  security?: object[];
  responses: Record<string, { description: string; content?: Record<string, { schema: { $ref?: string } }> }>;
}
type Document = {
  openapi: string;
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, { examples?: unknown[] }>; securitySchemes: object };
};

async function served(t: Parameters<typeof buildTestApp>[0]): Promise<Document> {
  const { app } = await buildTestApp(t);
  return (await app.inject('/docs/json')).json();
}

test('the committed document is the one that the server serves', async () => {
  const committed = await readFile('docs/openapi.json', 'utf8');
  assert.ok(committed === (await openapiDocument()), 'docs/openapi.json is old: run "npm run docs"');
});

test('JSON and YAML are the same OpenAPI 3.1 document', async (t) => {
  const { app } = await buildTestApp(t);
  const json = (await app.inject('/docs/json')).json();
  assert.match(json.openapi, /^3\.1\./);
  assert.deepEqual(parse((await app.inject('/docs/yaml')).body), json);
});

test('every operation has a name, a summary, a tag, described answers and named schemas', async (t) => {
  const { paths } = await served(t);
  const names = new Set<string>();
  for (const [path, operations] of Object.entries(paths)) {
    for (const [method, operation] of Object.entries(operations)) {
      const at = `${method} ${path}`;
      assert.ok(operation.operationId && operation.summary && operation.tags?.length === 1, at);
      assert.ok(!names.has(operation.operationId), at);
      names.add(operation.operationId);
      for (const [status, { description, content = {} }] of Object.entries(operation.responses)) {
        assert.notEqual(description, 'Default Response', `${at} ${status}`);
        for (const { schema } of Object.values(content)) assert.ok(schema.$ref, `${at} ${status} is inlined`);
      }
    }
  }
  assert.equal(names.size, 22);
});

test('every schema is a named component, and its examples are valid by its own rules', async (t) => {
  const { components } = await served(t);
  const { app } = await buildTestApp(t);
  assert.deepEqual(Object.keys(components.schemas).toSorted(), namedSchemas.map(({ $id }) => $id).toSorted());
  for (const schema of namedSchemas) {
    const validate = app.validatorCompiler?.({ schema, httpPart: 'body', method: 'POST', url: '/' });
    for (const example of (schema.examples as unknown[] | undefined) ?? []) {
      assert.equal(validate?.(example), true, `${schema.$id}: ${JSON.stringify(validate?.errors)}`);
    }
  }
});

test('writes ask for the key in the document, and every operation has the answers of a device that protects reads', async (t) => {
  const { paths, components } = await served(t);
  assert.ok('ApiKey' in components.securitySchemes);
  for (const operations of Object.values(paths)) {
    for (const [method, { security, responses }] of Object.entries(operations)) {
      assert.deepEqual(security, method === 'get' ? [] : [{ ApiKey: [] }]);
      for (const status of ['401', '429', '500']) assert.ok(status in responses);
    }
  }
});

test('Swagger UI is served from here, with a policy that lets nothing else in', async (t) => {
  const { app } = await buildTestApp(t);
  const page = await app.inject('/docs/');
  assert.equal(page.statusCode, 200);
  assert.match(String(page.headers['content-security-policy']), /default-src 'self'/);
  assert.doesNotMatch(page.body, /(src|href)="(https?:)?\/\//);
  for (const [, path] of page.body.matchAll(/(?:src|href)="\.?\/?([^"]+)"/g)) {
    assert.equal((await app.inject(new URL(String(path), 'http://x/docs/').pathname)).statusCode, 200, path);
  }
  assert.equal((await app.inject('/')).headers.location, '/docs');
});
