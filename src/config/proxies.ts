import type { Config } from '../../schemas/config.ts';
import { EX_CONFIG, StartError } from '../start-error.ts';

/** Proxies by the scheme of what is reached through them; undefined members: none. */
export interface ProxySettings {
  http: string | undefined;
  https: string | undefined;
  /** What `NO_PROXY` says. */
  exceptions: string;
}

/**
 * The proxy of the configuration, else those that the environment names for every program; undefined where there is
 * none. Throws {@link StartError} for one that the uplink would need and that is no address.
 */
export function proxySettings(
  { url, proxy }: Config['uplink'],
  env: NodeJS.ProcessEnv = process.env,
): ProxySettings | undefined {
  if (url === undefined) return undefined;
  if (proxy !== undefined) return { http: proxy, https: proxy, exceptions: '' };
  const http = fromEnvironment('HTTP_PROXY', env);
  const https = url.startsWith('https:') ? (fromEnvironment('HTTPS_PROXY', env) ?? http) : undefined;
  if (http === undefined && https === undefined) return undefined;
  return { http, https, exceptions: either('NO_PROXY', env) ?? '' };
}

/** An address without a scheme is one of http, as for curl. */
function fromEnvironment(variable: string, env: NodeJS.ProcessEnv): string | undefined {
  const given = either(variable, env);
  if (given === undefined) return undefined;
  const address = /^[a-z][a-z0-9+.-]*:\/\//i.test(given) ? given : `http://${given}`;
  if (isProxyAddress(address)) return address;
  // It may hold a password: it is not repeated.
  throw new StartError(`${variable}: must be an address like http://proxy.example.org:3128`, EX_CONFIG);
}

/** Small letters win, as they do for curl and for undici; empty is the same as not set. */
function either(variable: string, env: NodeJS.ProcessEnv): string | undefined {
  return env[variable.toLowerCase()] || env[variable] || undefined;
}

/** What a schema cannot say of it: it can be read as an address, and its user and password can be decoded. */
export function isProxyAddress(address: string): boolean {
  if (!/^https?:\/\//i.test(address) || !URL.canParse(address)) return false;
  const { username, password } = new URL(address);
  try {
    decodeURIComponent(`${username}:${password}`);
    return true;
  } catch {
    return false;
  }
}
