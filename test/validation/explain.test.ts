import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Ajv } from 'ajv';
import addFormats from 'ajv-formats';
import { ConfigSchema } from '../../schemas/config.ts';
import { namedSchemas } from '../../schemas/index.ts';
import { type Explanation, explain, pointerMembers, type SchemaError } from '../../src/validation/explain.ts';

/** What the validator finds wrong with a value, in our words. */
function faults(schema: object, value: unknown): Explanation[] {
  const ajv = new Ajv({ allErrors: true, verbose: true, discriminator: true, strict: false });
  addFormats.default(ajv);
  const matches = ajv.compile(schema);
  return matches(value) ? [] : (matches.errors ?? []).map(explain);
}

const KINDS = [
  { type: 'object', properties: { kind: { const: 'a' } } },
  { type: 'object', properties: { kind: { const: 'b' } } },
];

describe('a value that does not fit', () => {
  const cases: Record<string, [schema: object, value: unknown, message: string]> = {
    'a type': [{ type: 'number' }, 'x', 'must be a number'],
    'a whole number': [{ type: 'integer' }, 1.5, 'must be a whole number'],
    'a text': [{ type: 'string' }, 5, 'must be text'],
    'a switch': [{ type: 'boolean' }, 'yes', 'must be true or false'],
    'a list': [{ type: 'array' }, {}, 'must be a list'],
    'an object': [{ type: 'object' }, [], 'must be an object'],
    nothing: [{ type: 'null' }, 0, 'must be null'],
    'one of two types': [{ type: ['number', 'null'] }, 'x', 'must be a number or null'],
    'a word': [{ const: 'cpu' }, 'gpu', 'must be cpu'],
    'a constant': [{ const: 5 }, 6, 'must be 5'],
    'a minimum': [{ minimum: 1 }, 0, 'must be at least 1'],
    'a maximum': [{ maximum: 1 }, 2, 'must be at most 1'],
    'a minimum that is left out': [{ exclusiveMinimum: 0 }, 0, 'must be more than 0'],
    'a maximum that is left out': [{ exclusiveMaximum: 1 }, 1, 'must be less than 1'],
    'a shortest text': [{ minLength: 2 }, 'x', 'must have at least 2 characters'],
    'a longest text': [{ maxLength: 2 }, 'xxx', 'must have at most 2 characters'],
    'a longest list': [{ maxItems: 1 }, [1, 2], 'must have at most 1 items'],
    'a list with something in it twice': [{ uniqueItems: true }, [1, 1], 'must not name anything twice'],
    'a pattern': [{ pattern: '^a$' }, 'b', 'must match ^a$'],
    'a pattern with a meaning': [{ pattern: '^a$', 'x-expected': 'the letter a' }, 'b', 'must be the letter a'],
    'a time': [{ format: 'date-time' }, 'noon', 'must be a time like 2026-11-23T10:00:00Z'],
    'a format': [{ format: 'uri' }, '::', 'must be a uri'],
  };
  for (const [what, [schema, value, message]] of Object.entries(cases)) {
    it(`is told what is expected: ${what}`, () => assert.deepEqual(faults(schema, value), [{ pointer: '', message }]));
  }

  it('is told the values that are accepted where there is a list of them', () => {
    assert.deepEqual(faults({ enum: ['on', 'off'] }, 'blink'), [
      { pointer: '', message: 'must be one of on, off', valid: ['on', 'off'] },
    ]);
  });

  it('is told the kinds that there are, at the place of the kind', () => {
    const schema = { type: 'object', discriminator: { propertyName: 'kind' }, required: ['kind'], oneOf: KINDS };
    assert.deepEqual(faults({ properties: { sensor: schema } }, { sensor: { kind: 'c' } }), [
      { pointer: '/sensor/kind', message: 'must be one of a, b', valid: ['a', 'b'] },
    ]);
  });

  it('is told in the words of the validator where we have none', () => {
    assert.deepEqual(faults({ multipleOf: 2 }, 3), [{ pointer: '', message: 'must be multiple of 2' }]);
    const bare: SchemaError = { keyword: 'x-odd', instancePath: '/a', params: {} };
    assert.deepEqual(explain(bare), { pointer: '/a', message: 'is not valid (x-odd)' });
  });
});

describe('a member', () => {
  const schema = {
    type: 'object',
    properties: { action: { enum: ['on', 'off'] }, for_s: { type: 'number' } },
    required: ['action', 'for_s'],
    additionalProperties: false,
  };

  it('that is missing is named, with its values where there is a list of them', () => {
    assert.deepEqual(faults(schema, {}), [
      { pointer: '/action', message: 'is required', valid: ['on', 'off'] },
      { pointer: '/for_s', message: 'is required' },
    ]);
  });

  it('that is unknown is named, with those that are known', () => {
    assert.deepEqual(faults(schema, { action: 'on', for_s: 1, dur: 5 }), [
      { pointer: '/dur', message: 'is not known here; known are action, for_s' },
    ]);
    assert.deepEqual(faults({ additionalProperties: false }, { x: 1 }), [
      { pointer: '/x', message: 'is not known here' },
    ]);
  });

  it('with a slash or a tilde in its name is found again by its pointer', () => {
    const [fault] = faults({ additionalProperties: false }, { 'a/b~1': 1 });
    assert.equal(fault?.pointer, '/a~1b~01');
    assert.deepEqual(pointerMembers(fault?.pointer ?? ''), ['a/b~1']);
    assert.deepEqual(pointerMembers('/sensors/1/pin'), ['sensors', '1', 'pin']);
    assert.deepEqual(pointerMembers(''), []);
  });
});

const ANNOTATIONS = new Set([
  '$id',
  '$ref',
  'default',
  'description',
  'env',
  'envOnly',
  'examples',
  'mayHoldSecret',
  'title',
]);
const STRUCTURE = new Set(['items', 'patternProperties', 'properties', 'oneOf', 'x-expected']);
/** More than any keyword needs to be explained. */
const PARAMS = { allowedValues: [], tag: 'kind', additionalProperty: 'x', missingProperty: 'x', limit: 1, format: 'x' };

/** Every keyword of a schema and the schemas in it. */
function keywordsOf(schema: unknown): string[] {
  if (Array.isArray(schema)) return schema.flatMap(keywordsOf);
  if (typeof schema !== 'object' || schema === null) return [];
  return Object.entries(schema).flatMap(([keyword, value]) => {
    if (keyword === 'properties' || keyword === 'patternProperties') return Object.values(value).flatMap(keywordsOf);
    const inside = keyword === 'items' || keyword === 'oneOf' ? keywordsOf(value) : [];
    return ANNOTATIONS.has(keyword) || STRUCTURE.has(keyword) ? inside : [keyword, ...inside];
  });
}

it('every keyword that our schemas use has a sentence of ours', () => {
  const used = new Set([ConfigSchema, ...namedSchemas].flatMap(keywordsOf));
  const inOtherWords = [...used].filter((keyword) => {
    const { message } = explain({ keyword, instancePath: '', params: PARAMS, message: 'words of the validator' });
    return message === 'words of the validator';
  });
  assert.ok(used.size > 10, 'the keywords were found');
  assert.deepEqual(inOtherWords, []);
});
