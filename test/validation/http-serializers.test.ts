import assert from 'node:assert/strict';
import { it } from 'node:test';
import { type TSchema, Type } from '@sinclair/typebox';
import type { Schema } from 'fast-json-stringify';
import { Named } from '../../schemas/primitives.ts';
import { StatusSchema } from '../../schemas/status.ts';
import { httpSerializerCompiler } from '../../src/validation/http-serializers.ts';

const compile = httpSerializerCompiler();
const on = (httpStatus: string, schema: TSchema) =>
  compile({ schema: schema as unknown as Schema, httpStatus, method: 'GET', url: '/' });

it('one schema is compiled once, however many routes answer with it', () => {
  assert.equal(on('200', Named(StatusSchema, 'x')), on('201', Named(StatusSchema, 'x')));
});

it('what a schema refers to is found through others, and what it does not name stays inside', () => {
  const [example] = StatusSchema.examples;
  const sensors = { cpu_temp_c: { ...example.sensors.cpu_temp_c, secret: 1 } };
  const write = on('200', Type.Object({ status: Named(StatusSchema) }));
  assert.deepEqual(JSON.parse(write({ status: { ...example, sensors } })), { status: example });
});

it('a schema that refers to nothing known is refused at the start, not at the first answer', () => {
  assert.throws(() => on('200', Type.Unsafe({ $ref: 'Nowhere' })), /Nowhere/);
});

it('errors leave as the problems plugin writes them', () => {
  assert.equal(on('404', Type.Unsafe({ $ref: 'Problem' })), JSON.stringify);
});
