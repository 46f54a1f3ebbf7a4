import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';

/**
 * What this machine is called: its host name, the same with `.local` (mDNS), and with the domains that its network has
 * for it, as in `pi.fritz.box` or `pi.lan`.
 */
export function ownNames(root: string, host: string = hostname()): Set<string> {
  const full = host.toLowerCase();
  const [short = full] = full.split('.', 1);
  return new Set([full, short, `${short}.local`, ...searchDomains(root).map((domain) => `${short}.${domain}`)]);
}

/** Machines without the file have no such domains. */
function searchDomains(root: string): string[] {
  try {
    const text = readFileSync(join(root, 'etc/resolv.conf'), 'utf8');
    return [...text.matchAll(/^(?:search|domain)[ \t]+(.*)$/gm)]
      .flatMap(([, domains = '']) => domains.trim().split(/\s+/))
      .filter((domain) => /^[\w-]+(\.[\w-]+)*\.?$/.test(domain))
      .map((domain) => domain.toLowerCase().replace(/\.$/, ''));
  } catch {
    return [];
  }
}
