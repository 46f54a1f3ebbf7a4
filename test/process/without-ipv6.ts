import { Server } from 'node:net';
import { constants } from 'node:os';

/** Makes this process believe that the machine has no IPv6: binding to such an address fails as the kernel makes it fail. */
const code = process.env.BIND6_FAILS_WITH as 'EAFNOSUPPORT' | 'EADDRNOTAVAIL';
const listen = Server.prototype.listen as (...args: unknown[]) => Server;

Server.prototype.listen = function (this: Server, ...args: unknown[]): Server {
  const { host } = args[0] as { host?: string };
  if (!host?.includes(':')) return listen.apply(this, args);
  const error = Object.assign(new Error(`listen ${code}: ${host}`), { code, errno: -constants.errno[code] });
  process.nextTick(() => this.emit('error', error));
  return this;
};
