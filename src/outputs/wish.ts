import type { Clock } from '../clock.ts';
import { NotDimmable, OutputRefused } from './change.ts';
import type { Channel } from './channel.ts';
import { refuseWhereForbidden } from './refuse.ts';

/** What the API may ask of an output. */
export interface Wish {
  /** Either this or a level. */
  action?: 'on' | 'off' | 'toggle' | 'auto' | undefined;
  /** From 0, which is off, to 1. */
  level?: number | undefined;
  /** Makes it a pulse: seconds after which the output goes back. */
  durationS?: number | undefined;
  /** Seconds for which it holds an output that a rule commands. */
  holdS?: number | undefined;
}

/**
 * Carries out what the API asks. Throws OutputRefused when that must not be done now, NotDimmable where the output knows
 * no levels, and HardwareError when the pin does not obey.
 */
export function carryOut({ action, level, durationS, holdS }: Wish, channel: Channel, clock: Clock): void {
  const { config, owner, pin } = channel;
  const { id } = config;
  if (channel.closed) throw new OutputRefused(`The server is stopping: ${id} is in its safe state`);
  if (action === 'auto') {
    if (owner === null) throw new OutputRefused(`No rule commands ${id}: say on or off`);
    channel.obey(null);
    return;
  }
  if (level !== undefined && pin.onlyOnOff !== undefined) {
    throw new NotDimmable(`${id} cannot be dimmed: ${pin.onlyOnOff}`);
  }
  if (holdS !== undefined && owner === null) {
    throw new OutputRefused(`No rule commands ${id}: a command holds it for good, or say duration_s`);
  }
  const on = level === undefined ? wantedBy(action, pin.on) : level > 0;
  refuseWhereForbidden(channel, on, durationS);
  const forS = durationS ?? (owner === null ? undefined : (holdS ?? config.override_s));
  const until = forS === undefined ? null : clock.monotonic() + forS * 1000;
  channel.obey({ on, level: level || 1, until, after: durationS === undefined ? null : !on });
}

const wantedBy = (action: Wish['action'], isOn: boolean): boolean => (action === 'toggle' ? !isOn : action === 'on');
