import { Ajv, type Options } from 'ajv';
import addFormats from 'ajv-formats';
import type { FastifySchemaCompiler } from 'fastify';
import { namedSchemas } from '../../schemas/index.ts';

/**
 * Bodies are taken as they are: no coercion, and an unknown member is an error instead of being dropped. Everything in
 * a URL or header is text, so there numbers are read from text, but one value stays one value and never a list.
 * The text "Infinity" is read as a number, too: only without `strictNumbers` do the limits of a schema apply to it.
 */
const common: Options = { allErrors: true, verbose: true, useDefaults: true, removeAdditional: false };

export function httpValidatorCompiler(): FastifySchemaCompiler<object> {
  const forBodies = build({ ...common, coerceTypes: false });
  const forText = build({ ...common, coerceTypes: true, strictNumbers: false });
  return ({ schema, httpPart }) => (httpPart === 'body' ? forBodies : forText).compile(schema);
}

function build(options: Options): Ajv {
  const ajv = new Ajv({ ...options, allowUnionTypes: true });
  addFormats.default(ajv);
  ajv.addVocabulary(['x-expected']);
  for (const schema of namedSchemas) ajv.addSchema(schema);
  return ajv;
}
