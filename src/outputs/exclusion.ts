import type { OutputConfig } from '../../schemas/devices.ts';

/** Whether two outputs must never be on together; it is enough that one of them says so. */
export function excludeEachOther(one: OutputConfig, other: OutputConfig): boolean {
  return one.id !== other.id && (one.excludes.includes(other.id) || other.excludes.includes(one.id));
}

/** What goes off first, then what goes on: nothing is on together with what is about to go off. */
export const offFirst = (a: OutputConfig, b: OutputConfig): number => Number(a.safe === 'on') - Number(b.safe === 'on');

/** Its safe state would be on; it stays off, for one that excludes it may be on. */
export class KeptOff extends Error {
  override name = 'KeptOff';

  constructor(output: string, other: string) {
    super(`${output} stays off: ${other}, which must never be on with it, did not go off`);
  }
}
