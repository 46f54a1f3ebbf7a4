import { isIP } from 'node:net';
import { plainAddress } from './addresses.ts';

const PREFIX = /^(\/[\w.~-]+)+$/;
const BRACKETS = /^\[([\da-f:.%]+)\](?::\d+)?$/i;
const WITH_PORT = /^([\d.]+):\d+$/;

/**
 * The addresses of an `X-Forwarded-For`, plain and without ports. What stands left of an entry that is no address goes
 * with it: a proxy wrote that entry, and nobody vouches for what was there before.
 */
export function forwardedAddresses(header: string): string[] {
  const entries = header.split(',').map(addressIn);
  return entries.slice(entries.lastIndexOf(undefined) + 1) as string[];
}

function addressIn(entry: string): string | undefined {
  const text = entry.trim();
  const address = BRACKETS.exec(text)?.[1] ?? WITH_PORT.exec(text)?.[1] ?? text;
  return isIP(address) === 0 ? undefined : plainAddress(address);
}

/** The path under which a proxy serves this device, like `/edge`; empty for none, or for what cannot be one. */
export function prefixIn(header: string | string[] | undefined): string {
  const text = String(header ?? '').replace(/\/+$/, '');
  return PREFIX.test(text) && !/\/\.{1,2}(\/|$)/.test(text) ? text : '';
}

/** The scheme that the client used; undefined for anything but the two that a browser speaks. */
export function schemeIn(header: string | string[] | undefined): string | undefined {
  const text = String(header ?? '').toLowerCase();
  return text === 'http' || text === 'https' ? text : undefined;
}
