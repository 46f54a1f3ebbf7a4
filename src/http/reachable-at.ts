import type { NetworkInterfaceInfo } from 'node:os';

type Interfaces = Record<string, NetworkInterfaceInfo[] | undefined>;

/**
 * Where a server can be reached that listens on an address: on every one of the machine for `::`, IPv4 and this machine's
 * own first. Link-local addresses stay out: they mean nothing without the name of an interface.
 */
export function reachableAt(url: string, interfaces: Interfaces): string[] {
  const { hostname, port } = new URL(url);
  if (hostname !== '[::]') return [url];
  const all = Object.values(interfaces).flatMap((found = []) => found);
  const known = all.filter(({ address }) => !/^fe[89ab]/i.test(address));
  const rank = ({ family, internal }: NetworkInterfaceInfo) => (family === 'IPv4' ? 0 : 1) + (internal ? 0 : 2);
  return known
    .toSorted((a, b) => rank(a) - rank(b))
    .map(({ address, family }) => `http://${family === 'IPv4' ? address : `[${address}]`}:${port}`);
}
