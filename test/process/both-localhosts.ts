import promises from 'node:dns/promises';
import { syncBuiltinESMExports } from 'node:module';

/** Loaded into the server: `localhost` is IPv4 and IPv6, as on most machines. */
const lookup = promises.lookup as (host: string, options?: object) => Promise<unknown>;
const BOTH = [
  { address: '127.0.0.1', family: 4 },
  { address: '::1', family: 6 },
];
Object.assign(promises, {
  lookup: async (host: string, options?: object) => (host === 'localhost' ? BOTH : lookup(host, options)),
});
syncBuiltinESMExports();
