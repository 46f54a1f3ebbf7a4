import { OutputRefused } from './change.ts';
import type { Channel } from './channel.ts';
import { onOff } from './state.ts';

/** Throws OutputRefused where a command would break a shortest time, or an exclusion. */
export function refuseWhereForbidden(channel: Channel, on: boolean, durationS: number | undefined): void {
  const { id, min_on_s: minOnS = 0, min_off_s: minOffS = 0 } = channel.config;
  if (on !== channel.pin.on) {
    const waitMs = channel.keptForMs();
    if (waitMs > 0) {
      const waitS = Math.ceil(waitMs / 1000);
      throw new OutputRefused(`${id} has to stay ${onOff(channel.pin.on)} for ${waitS} s more`, waitS);
    }
    const other = on ? channel.blockedBy() : undefined;
    if (other !== undefined) {
      throw new OutputRefused(`${other.config.id} is on, or does not obey, and ${id} must never be on with it`);
    }
  }
  const leastS = on ? minOnS : minOffS;
  if (durationS !== undefined && durationS < leastS) {
    throw new OutputRefused(`${id} has to stay ${onOff(on)} for ${leastS} s at least`);
  }
}
