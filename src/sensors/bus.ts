import { realpath } from 'node:fs/promises';

/** The 1-wire masters together: reading a DS18B20 blocks a thread of the pool for about 0.8 s, and there are four. */
export const ONE_WIRE = 'w1';

/**
 * What a file of the kernel is read over: two sensors on one bus are read one after the other, also where they are
 * channels of one chip that is found by different names. A file that is on no bus is one of its own.
 */
export async function busOf(path: string): Promise<string> {
  const place = await realpath(path).catch(() => path);
  if (place.includes('/w1_bus_master') || place.includes('/sys/bus/w1/')) return ONE_WIRE;
  // The first one is the adapter of the machine; behind a multiplexer there are more below it.
  const adapter = /\/(i2c-\d+)(?:\/|$)/.exec(place)?.[1];
  return adapter ?? place.replace(/^.*\/sys\/bus\/i2c\/devices\/(\d+)-.*$/, 'i2c-$1');
}
