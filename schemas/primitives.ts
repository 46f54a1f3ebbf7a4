import { type Static, type TSchema, type TUnsafe, Type } from '@sinclair/typebox';

/** A value or null, written the OpenAPI 3.1 way (`type: [number, "null"]`), so that generated clients get `number | null`. */
export function Nullable<T extends TSchema>(schema: T): TUnsafe<Static<T> | null> {
  const { type, enum: values } = schema as { type?: string; enum?: unknown[] };
  return Type.Unsafe<Static<T> | null>({
    ...schema,
    type: [type, 'null'],
    ...(values === undefined ? {} : { enum: [...values, null] }),
  });
}

/** One of a few words. A plain `enum`: shorter in documents and clearer in errors than a union of constants. */
export function OneOf<const T extends readonly string[]>(values: T, options: object = {}): TUnsafe<T[number]> {
  return Type.Unsafe<T[number]>({ type: 'string', enum: [...values], ...options });
}

/** A reference to a schema that the server registers under its `$id`: one named component instead of inlined copies. */
export function Named<T extends TSchema>(schema: T, description?: string): TUnsafe<Static<T>> {
  return Type.Unsafe<Static<T>>(Type.Ref(schema.$id as string, description === undefined ? {} : { description }));
}

export const IdSchema = Type.String({
  pattern: '^[a-z][a-z0-9_-]{0,63}$',
  'x-expected': 'a name: a small letter, then up to 63 small letters, digits, "_" or "-"',
  description: 'Name in the API.',
  examples: ['air_temp_c'],
});

export const TimestampSchema = Type.String({
  format: 'date-time',
  description: 'UTC, RFC 3339 with milliseconds.',
  examples: ['2026-11-23T10:00:00.000Z'],
});

/** Without examples: Swagger UI would fill both ends of a range with the same one. */
export const InstantSchema = Type.String({ format: 'date-time' });

export const OrderSchema = OneOf(['desc', 'asc'], {
  default: 'desc',
  description: '`desc`: newest first; `asc`: oldest first.',
});

export const PinSchema = Type.Integer({
  minimum: 0,
  maximum: 27,
  description: 'BCM number of a pin of the 40-pin header.',
  examples: [17],
});

export const ActiveSchema = OneOf(['high', 'low'], { description: 'Electrical level that means on, pressed, closed.' });
