import type { SmallFile } from './write-once.ts';

/** Who this device is, in answers and upstream. */
export interface Device {
  id: string;
  /**
   * Belongs to the machine, and to no other one: it tells two devices with the same id apart. Not secret. Missing where it
   * could not be kept: another one after the next start would be taken for another machine.
   */
  uid?: string;
  /**
   * The file of its id where the disk did not take it. It has to be there before a database is, or the next start takes
   * this device for one of an older release.
   */
  unkept?: SmallFile;
}
