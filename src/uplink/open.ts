import type { Dispatcher } from 'undici';
import type { Clock } from '../clock.ts';
import { UplinkClient } from './client.ts';
import { openPool } from './connections.ts';
import type { Proxies } from './proxy.ts';

export interface UplinkOptions {
  url: string;
  token?: string | undefined;
  timeoutMs: number;
  /** File with certificates of authorities. */
  caFile?: string | undefined;
  proxies?: Proxies | undefined;
  clock: Clock;
}

/** The way to the receiver as it is configured. Loads what only some configurations need. */
export async function openUplink({ caFile, proxies, ...options }: UplinkOptions): Promise<UplinkClient> {
  const { url, timeoutMs } = options;
  const authorities = caFile === undefined ? undefined : new (await import('./authorities.ts')).Authorities(caFile);
  const proxy = proxies && { ...(await import('./proxy.ts')), proxies };
  return new UplinkClient({
    ...options,
    // Through a tunnel, what answers is the receiver.
    maybeProxyAnswers: proxies !== undefined && new URL(url).protocol === 'http:',
    async open(): Promise<Dispatcher> {
      const trust = authorities && { secureContext: await authorities.load() };
      return proxy ? proxy.openThroughProxies(url, timeoutMs, proxy.proxies, trust) : openPool(url, timeoutMs, trust);
    },
  });
}
