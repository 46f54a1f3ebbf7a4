import type { RuleDefinition } from './rules.ts';

/** What there is on the device. */
export interface Surroundings {
  sensors: ReadonlySet<string>;
  outputs: ReadonlySet<string>;
  /** The other rule that commands an output, if there is one. */
  commandedBy: (output: string) => string | undefined;
}

export interface RuleFault {
  /** Path in the definition. */
  member: string;
  message: string;
  /** What would have been right. */
  valid?: string[];
}

/** What a schema cannot say of a rule: it names what is there, one limit, and an output that no other rule commands. */
export function ruleFaults(rule: RuleDefinition, { sensors, outputs, commandedBy }: Surroundings): RuleFault[] {
  const faults: RuleFault[] = [];
  const fault = (member: string, message: string, valid?: string[]) =>
    faults.push({ member, message, ...(valid && { valid }) });
  if (!sensors.has(rule.sensor)) fault('sensor', 'must be the id of a sensor', [...sensors]);
  if (rule.above === undefined && rule.below === undefined) fault('above', 'is required, or below');
  if (rule.above !== undefined && rule.below !== undefined) fault('below', 'cannot stand beside above');
  if (rule.then === undefined) {
    if (rule.alert === undefined) fault('then', 'is required, or alert');
    if (rule.otherwise !== undefined) fault('otherwise', 'needs then');
    if (rule.when_stale !== undefined) fault('when_stale', 'needs then');
    return faults;
  }
  const { output } = rule.then;
  if (!outputs.has(output)) fault('then/output', 'must be the id of an output', [...outputs]);
  for (const member of ['otherwise', 'when_stale'] as const) {
    const other = rule[member]?.output ?? output;
    if (other !== output) fault(`${member}/output`, `must be ${output}, as in then`);
  }
  const other = commandedBy(output);
  if (other !== undefined) fault('then/output', `is commanded by the rule ${other} already`);
  return faults;
}
