import fastJsonStringify, { type Schema } from 'fast-json-stringify';
import type { FastifySerializerCompiler } from 'fastify';
import { namedSchemas } from '../../schemas/index.ts';

type Write = (data: unknown) => string;

const named: Record<string, Schema> = Object.fromEntries(namedSchemas.map((schema) => [schema.$id, schema]));

/**
 * Compiles a schema once for all routes that answer with it, and looks at none but those that it refers to: with all of
 * them for every status of every route, this was a fifth of the start. An error is written by the problems plugin,
 * which asks no serialiser.
 */
export function httpSerializerCompiler(): FastifySerializerCompiler<Schema> {
  const compiled = new Map<string, Write>();
  return ({ schema, httpStatus }) => {
    if (Number(httpStatus) >= 400) return JSON.stringify;
    const text = JSON.stringify(schema);
    const write = compiled.get(text) ?? fastJsonStringify(schema as Schema, { schema: referred(text) });
    compiled.set(text, write);
    return write;
  };
}

/** The named schemas that are reached from a schema's text, directly or through one another. */
function referred(text: string, found: Record<string, Schema> = {}): Record<string, Schema> {
  for (const [, name = ''] of text.matchAll(/"\$ref":"(\w+)"/g)) {
    const schema = named[name];
    if (schema === undefined || name in found) continue;
    found[name] = schema;
    referred(JSON.stringify(schema), found);
  }
  return found;
}
