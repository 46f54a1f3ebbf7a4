/** The part of an Ajv error (option `verbose`) that an explanation needs; Fastify hands the same to its error handler. */
export interface SchemaError {
  keyword: string;
  instancePath: string;
  params: Record<string, unknown>;
  message?: string | undefined;
  parentSchema?: unknown;
}

/** What an explanation reads of the schema around an error. `x-expected` is our own word for what a pattern or a range means. */
interface ParentSchema {
  'x-expected'?: string;
  properties?: Record<string, unknown>;
  oneOf?: { properties: Record<string, { const: string }> }[];
}

export interface Explanation {
  /** JSON pointer of the value that is wrong; of the missing or unknown member where that is the fault. */
  pointer: string;
  message: string;
  /** The values that would have been accepted, where there is a list of them. */
  valid?: string[];
}

const TYPE_NAMES: Record<string, string> = {
  object: 'an object',
  array: 'a list',
  string: 'text',
  number: 'a number',
  integer: 'a whole number',
  boolean: 'true or false',
  null: 'null',
};

const plain = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

function typeNames(type: unknown): string {
  return (Array.isArray(type) ? type : String(type).split(','))
    .map((name: string) => TYPE_NAMES[name] ?? name)
    .join(' or ');
}

const MESSAGES: Record<string, (params: Record<string, unknown>) => string> = {
  type: (p) => `must be ${typeNames(p.type)}`,
  const: (p) => `must be ${plain(p.allowedValue)}`,
  minimum: (p) => `must be at least ${plain(p.limit)}`,
  maximum: (p) => `must be at most ${plain(p.limit)}`,
  exclusiveMinimum: (p) => `must be more than ${plain(p.limit)}`,
  exclusiveMaximum: (p) => `must be less than ${plain(p.limit)}`,
  minLength: (p) => `must have at least ${plain(p.limit)} characters`,
  maxLength: (p) => `must have at most ${plain(p.limit)} characters`,
  maxItems: (p) => `must have at most ${plain(p.limit)} items`,
  uniqueItems: () => 'must not name anything twice',
  pattern: (p) => `must match ${plain(p.pattern)}`,
  format: (p) =>
    p.format === 'date-time' ? 'must be a time like 2026-11-23T10:00:00Z' : `must be a ${plain(p.format)}`,
};

/** Turns a validator's error into words for the person who sent or wrote the value. */
export function explain(error: SchemaError): Explanation {
  const { keyword, params, instancePath: pointer } = error;
  const schema = (error.parentSchema ?? {}) as ParentSchema;
  switch (keyword) {
    case 'enum':
      return oneOf(pointer, (params.allowedValues as unknown[]).map(plain));
    case 'discriminator': {
      const tag = String(params.tag);
      return oneOf(
        `${pointer}/${tag}`,
        (schema.oneOf ?? []).flatMap((kind) => kind.properties[tag]?.const ?? []),
      );
    }
    case 'additionalProperties': {
      const known = Object.keys(schema.properties ?? {}).join(', ');
      const message = known === '' ? 'is not known here' : `is not known here; known are ${known}`;
      return { pointer: member(pointer, params.additionalProperty), message };
    }
    case 'required':
      return {
        pointer: member(pointer, params.missingProperty),
        message: 'is required',
        ...validValues(schema.properties?.[String(params.missingProperty)]),
      };
    case 'pattern':
    case 'minimum':
    case 'maximum':
      if (schema['x-expected'] !== undefined) return { pointer, message: `must be ${schema['x-expected']}` };
  }
  return { pointer, message: MESSAGES[keyword]?.(params) ?? error.message ?? `is not valid (${keyword})` };
}

function oneOf(pointer: string, valid: string[]): Explanation {
  return { pointer, message: `must be one of ${valid.join(', ')}`, valid };
}

function validValues(schema: unknown): { valid?: string[] } {
  const values = (schema as { enum?: unknown[] } | undefined)?.enum;
  return values === undefined ? {} : { valid: values.map(plain) };
}

function member(pointer: string, name: unknown): string {
  return `${pointer}/${String(name).replaceAll('~', '~0').replaceAll('/', '~1')}`;
}

/** The members of a JSON pointer: `/sensors/1/pin` -> `['sensors', '1', 'pin']`. */
export function pointerMembers(pointer: string): string[] {
  return pointer
    .split('/')
    .slice(1)
    .map((member) => member.replaceAll('~1', '/').replaceAll('~0', '~'));
}
