import { Ajv } from 'ajv';
import { type Config, ConfigSchema } from '../../schemas/config.ts';
import { EX_CONFIG, StartError } from '../start-error.ts';
import { type Explanation, explain, pointerMembers } from '../validation/explain.ts';
import { caFileFaults } from './ca-file.ts';
import { crossChecks } from './cross-checks.ts';
import { CONFIG_FILE_VARIABLE, environmentSettings, parseVariable, unknownVariables } from './environment.ts';
import { shortened } from './shortened.ts';
import { readYamlFile, type YamlFile } from './yaml-file.ts';

type Sections = Record<string, Record<string, unknown> | unknown>;

/**
 * File and environment, validated and frozen; the environment wins. Throws {@link StartError} with one line for each
 * fault: where it stands (file and line, or variable), which setting, what was expected and what was found.
 */
export function loadConfig(env: NodeJS.ProcessEnv = process.env): Readonly<Config> {
  const path = env[CONFIG_FILE_VARIABLE];
  const file = path === undefined || path === '' ? undefined : { path, ...readYamlFile(path) };
  return resolve(file, env);
}

/** The same for one given file and no environment: what `check-config` asks. */
export function loadConfigFile(path: string): Readonly<Config> {
  return resolve({ path, ...readYamlFile(path) }, {});
}

/** Line 2 before line 10. */
const byLine = new Intl.Collator('en', { numeric: true });

function resolve(file: ({ path: string } & YamlFile) | undefined, env: NodeJS.ProcessEnv): Readonly<Config> {
  const settings: Sections = structuredClone(file?.content ?? {});
  const faults = secretsInFile(settings).map((fault) => locate(fault, settings, file, new Map()));
  const fromEnv = applyEnvironment(settings, env);
  const explanations = validate(settings);
  if (explanations.length === 0)
    explanations.push(...crossChecks(settings as Config), ...caFileFaults(settings as Config));
  faults.push(...explanations.map((fault) => locate(fault, settings, file, fromEnv)));
  faults.push(...unknownVariables(env).map((name) => `${shortened(name)}: there is no such setting`));
  if (faults.length > 0) throw new StartError(faults.sort(byLine.compare).join('\n'), EX_CONFIG);
  return deepFreeze(settings as Config);
}

/** Writes the variables into the settings; answers which pointer came from which variable. */
function applyEnvironment(settings: Sections, env: NodeJS.ProcessEnv): Map<string, string> {
  const origin = new Map<string, string>();
  for (const { variable, section, key, schema } of environmentSettings) {
    const text = env[variable];
    // An empty line in an env file means "not set", as systemd and shells write it.
    if (text === undefined || text === '') continue;
    if (settings[section] === undefined) settings[section] = {};
    const target = settings[section];
    if (typeof target !== 'object' || target === null) continue; // the schema refuses such a section below
    (target as Record<string, unknown>)[key] = parseVariable(text, schema.type);
    origin.set(`/${section}/${key}`, variable);
  }
  return origin;
}

function secretsInFile(settings: Sections): Explanation[] {
  return environmentSettings
    .filter(({ envOnly, section, key }) => envOnly && Object.hasOwn(Object(settings[section]), key))
    .map(({ section, key, variable }) => {
      delete (settings[section] as Record<string, unknown>)[key];
      return { pointer: `/${section}/${key}`, message: `is a secret: set it in the environment, as ${variable}` };
    });
}

const ajv = new Ajv({ allErrors: true, useDefaults: true, discriminator: true, verbose: true, strictTypes: false });
ajv.addVocabulary(['env', 'envOnly', 'mayHoldSecret', 'x-expected']);
const matches = ajv.compile(ConfigSchema);

function validate(settings: Sections): Explanation[] {
  if (matches(settings)) return [];
  return (matches.errors ?? []).map(explain);
}

function locate(
  fault: Explanation,
  settings: Sections,
  file: ({ path: string } & YamlFile) | undefined,
  fromEnv: ReadonlyMap<string, string>,
): string {
  const members = pointerMembers(fault.pointer);
  const variable = fromEnv.get(`/${members.slice(0, 2).join('/')}`);
  const where = variable ?? (file ? `${file.path}:${file.lineOf(members)}` : 'configuration');
  const name = members
    .map((member) => shortened(member))
    .reduce((path, m) => (/^\d+$/.test(m) ? `${path}[${m}]` : path ? `${path}.${m}` : m), '');
  return `${where}: ${variable ? '' : `${name} `}${fault.message}${foundValue(fault, settings, members)}`;
}

function foundValue(fault: Explanation, settings: Sections, members: string[]): string {
  if (!fault.message.startsWith('must')) return '';
  const value = members.reduce<unknown>(
    (node, member) => (node as Record<string, unknown> | undefined)?.[member],
    settings,
  );
  // A key that is too short is still a key: never repeat it.
  const secret = environmentSettings.some(
    ({ hidden, section, key }) => hidden && fault.pointer === `/${section}/${key}`,
  );
  if (value === undefined || secret) return '';
  // JSON has no word for Infinity; an address may have a password in it.
  return `, but is ${typeof value === 'number' ? value : shortened(JSON.stringify(value).replaceAll(/\/\/[^/"]*@/g, '//…@'))}`;
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null) {
    for (const member of Object.values(value)) deepFreeze(member);
    Object.freeze(value);
  }
  return value;
}
