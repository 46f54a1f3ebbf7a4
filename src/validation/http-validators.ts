import { Ajv, type Options, type ValidateFunction } from 'ajv';
import addFormats from 'ajv-formats';
import type { FastifySchemaCompiler } from 'fastify';
import type { FastifyValidationResult } from 'fastify/types/schema.js';
import { namedSchemas } from '../../schemas/index.ts';
import { tidyQuery } from './query.ts';

/**
 * Bodies are taken as they are: no coercion, and an unknown member is an error instead of being dropped. Everything in
 * a URL or header is text, so there numbers are read from text, but one value stays one value and never a list.
 * The text "Infinity" is read as a number, too: only without `strictNumbers` do the limits of a schema apply to it.
 */
const common: Options = { allErrors: true, verbose: true, useDefaults: true, removeAdditional: false };

export function httpValidatorCompiler(): FastifySchemaCompiler<object> {
  const forBodies = build({ ...common, coerceTypes: false });
  const forText = build({ ...common, coerceTypes: true, strictNumbers: false });
  return ({ schema, httpPart }) => {
    if (httpPart === 'body') return forBodies.compile(schema);
    const validate = forText.compile(schema);
    return httpPart === 'querystring' ? afterTidying(validate) : validate;
  };
}

function afterTidying(validate: ValidateFunction): FastifyValidationResult {
  const validateQuery = (query: Record<string, unknown>) => {
    tidyQuery(query);
    return validate(query);
  };
  return Object.defineProperty(validateQuery, 'errors', { get: () => validate.errors });
}

function build(options: Options): Ajv {
  const ajv = new Ajv({ ...options, allowUnionTypes: true });
  addFormats.default(ajv);
  ajv.addVocabulary(['x-expected']);
  for (const schema of namedSchemas) ajv.addSchema(schema);
  return ajv;
}
