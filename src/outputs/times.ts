import type { OutputConfig } from '../../schemas/devices.ts';
import type { Pin } from './pin.ts';

/** Monotonic time until which the present state has to be kept. */
export function keptUntil({ min_on_s: minOnS = 0, min_off_s: minOffS = 0 }: OutputConfig, pin: Pin): number {
  return pin.changedAt + (pin.on ? minOnS : minOffS) * 1000;
}

/** Monotonic time at which one that is on has been on for the longest time; never where there is none. */
export function onUntil({ max_on_s: maxOnS = Number.POSITIVE_INFINITY }: OutputConfig, pin: Pin): number {
  return pin.on ? pin.changedAt + maxOnS * 1000 : Number.POSITIVE_INFINITY;
}
