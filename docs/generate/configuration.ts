import { ConfigSchema } from '../../schemas/config.ts';
import { environmentSettings } from '../../src/config/environment.ts';

interface Property {
  type?: string;
  description?: string;
  default?: unknown;
  enum?: unknown[];
  const?: unknown;
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: number;
  minLength?: number;
  maxLength?: number;
  maxItems?: number;
  'x-expected'?: string;
  properties?: Record<string, Property>;
  required?: string[];
  items?: Property & { oneOf?: Property[] };
  env?: string;
  envOnly?: boolean;
}

const INTRODUCTION = `# Configuration

<!-- Generated from schemas/config.ts by \`npm run docs\`: change it there. -->

One YAML file, whose path is in \`EDGE_CONFIG\`, and environment variables, which win over the file. Both are optional:
without them the server has the processor's temperature, a button on BCM 27 and an LED on BCM 17.

A setting that is wrong, unknown or misspelt ends the start, with one line for each fault: file, line, setting, what was
expected and what was found. The same without starting: \`npm run check-config -- FILE\`.

\`docs/config.schema.json\` is the same as JSON Schema: editors that know YAML complete and check the file with it.
`;

/** docs/configuration.md: every setting with its meaning, limits, default and variable. */
export function configurationPage(): string {
  const sections = Object.entries(ConfigSchema.properties as unknown as Record<string, Property>);
  return `${INTRODUCTION}\n${sections.map(([name, schema]) => section(name, schema)).join('\n')}`;
}

function section(name: string, schema: Property): string {
  if (schema.items === undefined) return `## ${name}\n\n${schema.description}\n\n${table(schema)}`;
  const kinds = schema.items.oneOf ?? [schema.items];
  const parts = kinds.map((kind) => {
    const tag = kind.properties?.kind?.const;
    const title = tag === undefined ? '' : `### kind: ${String(tag)}\n\n`;
    return `${title}${kind.description}\n\n${table(kind)}`;
  });
  return `## ${name}\n\nA list of ${atMost(schema)}. ${schema.description}\n\n${parts.join('\n')}`;
}

const atMost = ({ maxItems }: Property): string => (maxItems === undefined ? 'any length' : `at most ${maxItems}`);

function table({ properties = {}, required = [] }: Property): string {
  const rows = Object.entries(properties).map(([key, property]) => {
    const fallback =
      property.default === undefined ? (required.includes(key) ? 'required' : '–') : code(property.default);
    const variable = property.env === undefined ? '' : `\`${property.env}\`${property.envOnly ? ' only' : ''}`;
    return `| \`${key}\` | ${property.description ?? ''} | ${range(property)} | ${fallback} | ${variable} |`;
  });
  return `| setting | meaning | values | default | variable |\n|---|---|---|---|---|\n${rows.join('\n')}\n`;
}

const code = (value: unknown): string => `\`${JSON.stringify(value)}\``;

function range(property: Property): string {
  if (property.const !== undefined) return code(property.const);
  if (property.enum !== undefined) return property.enum.map((value) => `\`${String(value)}\``).join(', ');
  if (property['x-expected'] !== undefined) return property['x-expected'].replaceAll('|', '\\|');
  if (property.type === 'array') return `list of ${atMost(property)}`;
  const { type = '', minimum, maximum, exclusiveMinimum, minLength, maxLength } = property;
  const words = { integer: 'whole number', string: 'text', boolean: '`true`, `false`' }[type] ?? type;
  if (exclusiveMinimum !== undefined)
    return `${words} > ${exclusiveMinimum}${maximum === undefined ? '' : `, ≤ ${maximum}`}`;
  if (minimum !== undefined && maximum !== undefined) return `${words}, ${minimum} to ${maximum}`;
  if (minimum !== undefined) return `${words} ≥ ${minimum}`;
  if (minLength !== undefined && maxLength !== undefined) return `${words}, ${minLength} to ${maxLength} characters`;
  return words;
}

/** docs/config.schema.json: plain JSON Schema, for editors. */
export function editorSchema(): string {
  const schema = { $schema: 'http://json-schema.org/draft-07/schema#', ...ConfigSchema };
  return `${JSON.stringify(schema, forEditors, 2)}\n`;
}

/** Leaves our own keywords out, and asks only for what has no default: a file may leave the rest out. */
function forEditors(key: string, value: unknown): unknown {
  if (isOurKeyword(key)) return undefined;
  const { properties, required } = (value ?? {}) as Property;
  if (properties === undefined || !Array.isArray(required)) return value;
  return { ...(value as object), required: required.filter((name) => properties[name]?.default === undefined) };
}

const isOurKeyword = (key: string): boolean => ['env', 'envOnly', 'x-expected', '$id', 'examples'].includes(key);

/** deploy/pi-edge-api.env.example: every variable, commented out, with its default. */
export function environmentExample(): string {
  const header = [
    '# Settings of pi-edge-api for systemd (EnvironmentFile=). Generated from schemas/config.ts by `npm run docs`.',
    '# A variable here wins over the configuration file. Lines that begin with # are not used.',
    '',
    '# Path of the configuration file.',
    '#EDGE_CONFIG=/etc/pi-edge-api/config.yaml',
  ];
  const settings = environmentSettings.flatMap(({ variable, schema }) => [
    '',
    `# ${schema.description}`,
    `#${variable}=${schema.default === undefined ? '' : [schema.default].flat().join(',')}`,
  ]);
  return `${[...header, ...settings].join('\n')}\n`;
}
