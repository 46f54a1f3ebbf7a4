import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Type } from '@sinclair/typebox';
import { LimitSchema } from '../../schemas/limit.ts';
import { OutputCommandSchema } from '../../schemas/outputs.ts';
import { Named } from '../../schemas/primitives.ts';
import { httpValidatorCompiler } from '../../src/validation/http-validators.ts';

/** Whether a value is taken, and what it has become. */
function validate(httpPart: string, schema: object, value: unknown): { taken: boolean; value: unknown } {
  const matches = httpValidatorCompiler()({ schema, httpPart, method: 'POST', url: '/' }) as (v: unknown) => boolean;
  const held = { value };
  return { taken: matches(held.value), value: held.value };
}

const body = (value: unknown) => validate('body', Named(OutputCommandSchema), value);
const Query = Type.Object({ limit: Type.Optional(LimitSchema) }, { additionalProperties: false });
const query = (value: unknown) => validate('querystring', Query, value);

describe('a body', () => {
  it('is taken as it is', () => {
    assert.deepEqual(body({ action: 'on', duration_s: 5 }), { taken: true, value: { action: 'on', duration_s: 5 } });
  });

  for (const value of [
    { action: 'on', duration_s: '5' },
    { action: 'on', duration_s: 'Infinity' },
    { action: 'on', duration_s: Number.POSITIVE_INFINITY },
    { action: 'on', duration_s: null },
    { action: ['on'] },
    { action: 'on', duration: 5 },
    '{"action":"on"}',
    null,
  ]) {
    it(`is refused and not repaired: ${JSON.stringify(value)}`, () => {
      const before = structuredClone(value);
      assert.deepEqual(body(value), { taken: false, value: before });
    });
  }
});

describe('a value in the URL', () => {
  it('is a number where a number is asked for, and has its default', () => {
    assert.deepEqual(query({ limit: '7' }), { taken: true, value: { limit: 7 } });
    assert.deepEqual(query({}), { taken: true, value: { limit: 50 } });
  });

  for (const limit of ['Infinity', '1e999', '-1', '0', '1.5', 'abc', ['1'], ['1', '2'], '-99999999999999999999']) {
    it(`is refused: ${JSON.stringify(limit)}`, () => assert.equal(query({ limit }).taken, false));
  }

  it('may have any number of digits where it is a limit', () => {
    for (const limit of ['99999999999999999999', '9'.repeat(400)])
      assert.deepEqual(query({ limit }), { taken: true, value: { limit: Number.MAX_SAFE_INTEGER } });
    assert.deepEqual(query({ limit: '0000000000000000000007' }), { taken: true, value: { limit: 7 } });
  });

  it('is left out where it only keeps caches away', () => {
    assert.deepEqual(query({ _: '1700000000000' }), { taken: true, value: { limit: 50 } });
  });

  it('is refused under a name that nobody knows', () => assert.equal(query({ limits: '7' }).taken, false));
});
