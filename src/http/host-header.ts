import { isIP } from 'node:net';

/** A name or an IPv4 address, or an IPv6 address in brackets; then perhaps a port, which says nothing about who is meant. */
const HOST = /^(?:\[(?<v6>[\da-f:.]+)(?:%[\w.%~-]+)?\]|(?<name>[\w-]+(?:\.[\w-]+)*)\.?)(?::\d*)?$/i;

/** Whom a Host header means, without the port, in small letters; undefined where it is not a valid one. */
export function hostOf(header: string): string | undefined {
  const { v6, name } = HOST.exec(header)?.groups ?? {};
  if (v6 !== undefined) return isIP(v6) === 6 ? v6.toLowerCase() : undefined;
  return name?.toLowerCase();
}

/** The authority of a request target in absolute form (`GET http://pi.local/api/status`), which takes the place of Host. */
export function authorityOf(target: string): string | undefined {
  return /^[a-z][a-z\d+.-]*:\/\/([^/?#]*)/i.exec(target)?.[1];
}

/** How often a request names its host: a second header is a way to be read differently by a proxy and by us. */
export function countHosts(rawHeaders: readonly string[]): number {
  let count = 0;
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at] as string;
    if (name.length === 4 && name.toLowerCase() === 'host') count += 1;
  }
  return count;
}
