import type { Output } from '../../schemas/outputs.ts';
import type { OutputBank } from '../outputs/bank.ts';
import { HttpProblem } from '../plugins/problems.ts';

/** The output that the bank answered with; a 404 with the ids that exist when it answered none. */
export function requireOutput(bank: OutputBank, id: string, output: Output | undefined): Output {
  if (output !== undefined) return output;
  throw new HttpProblem(404, `There is no output "${id}"`, { valid: bank.list().map((known) => known.id) });
}
