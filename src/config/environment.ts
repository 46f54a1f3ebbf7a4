import { ConfigSchema } from '../../schemas/config.ts';

/** A setting that an environment variable can hold: found in the schema, so that there is one list of them. */
export interface EnvironmentSetting {
  variable: string;
  section: string;
  key: string;
  /** A secret: refused in a file. */
  envOnly: boolean;
  /** Never shown: a secret, or something that can hold one. */
  hidden: boolean;
  schema: { type: string; description?: string; default?: unknown };
}

type Annotated = {
  type: string;
  env?: string;
  envOnly?: boolean;
  mayHoldSecret?: boolean;
  description?: string;
  default?: unknown;
};
type Section = { properties?: Record<string, Annotated> };

export const environmentSettings: readonly EnvironmentSetting[] = Object.entries(
  ConfigSchema.properties as unknown as Record<string, Section>,
).flatMap(([section, { properties = {} }]) =>
  Object.entries(properties).flatMap(([key, schema]) => {
    const { env: variable, envOnly = false, mayHoldSecret = false } = schema;
    return variable === undefined
      ? []
      : [{ variable, section, key, envOnly, hidden: envOnly || mayHoldSecret, schema }];
  }),
);

/** Variables with our prefix that are no settings of the file: where the file is. */
export const CONFIG_FILE_VARIABLE = 'EDGE_CONFIG';

/** Names with our prefix that mean nothing: most likely misspelt. */
export function unknownVariables(env: NodeJS.ProcessEnv): string[] {
  const known = new Set([CONFIG_FILE_VARIABLE, ...environmentSettings.map((setting) => setting.variable)]);
  return Object.keys(env).filter((name) => name.startsWith('EDGE_') && !known.has(name));
}

const BOOLEANS = new Map([
  ['true', true],
  ['1', true],
  ['false', false],
  ['0', false],
]);

/**
 * The value of a variable in the type that its schema asks for. Text that does not fit stays text:
 * the schema's validation then says what was expected, in the same words as for the file.
 */
export function parseVariable(text: string, type: string): unknown {
  switch (type) {
    case 'number':
    case 'integer':
      return /^[+-]?(\d+\.?\d*|\.\d+)$/.test(text.trim()) ? Number(text) : text;
    case 'boolean':
      return BOOLEANS.get(text.trim().toLowerCase()) ?? text;
    case 'array':
      return text
        .split(',')
        .map((item) => item.trim())
        .filter((item) => item !== '');
    default:
      return text;
  }
}
