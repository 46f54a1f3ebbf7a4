import type { Socket } from 'node:net';
import type { FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import { inNetworks, plainAddress } from '../http/addresses.ts';
import { forwardedAddresses, prefixIn, schemeIn } from '../http/forwarded.ts';

declare module 'fastify' {
  interface FastifyInstance {
    /** Returns whether what this address says about its clients is believed. */
    isTrustedProxy(address: string): boolean;
    /** Where the client of a request finds this device: an origin with a path, a path, or nothing for the root. */
    publicBase(request: FastifyRequest): string;
  }
}

interface Options {
  proxies: readonly string[];
}

/** For Fastify's option `trustProxy`: who may say for whom it speaks. */
export function trustOf(proxies: readonly string[]): false | ((address: string) => boolean) {
  return proxies.length === 0 ? false : inNetworks(proxies);
}

/** What reverse proxies say about a request, from those proxies alone that are named in the configuration. */
export default fp<Options>(
  async (app, { proxies }) => {
    const isTrusted = inNetworks(proxies);
    const comesFromProxy = ({ raw }: FastifyRequest) => isTrusted(raw.socket.remoteAddress ?? '');
    app.decorate('isTrustedProxy', isTrusted);
    app.decorate('publicBase', (request: FastifyRequest) => {
      if (proxies.length === 0 || !comesFromProxy(request)) return '';
      const { 'x-forwarded-host': host, 'x-forwarded-proto': proto, 'x-forwarded-prefix': prefix } = request.headers;
      const scheme = schemeIn(proto);
      return `${host !== undefined && scheme !== undefined ? `${scheme}://${request.host}` : ''}${prefixIn(prefix)}`;
    });

    // Before anything asks for the address, and once for a connection: limits and logs know a client by one address.
    app.server.prependListener('connection', (socket: Socket) => {
      const { remoteAddress = '' } = socket;
      const plain = plainAddress(remoteAddress);
      if (plain !== remoteAddress) Object.defineProperty(socket, 'remoteAddress', { value: plain, configurable: true });
    });
    if (proxies.length === 0) return;

    app.addHook('onRequest', (request, _reply, done) => {
      const { headers } = request.raw;
      const given = headers['x-forwarded-for'];
      if (given !== undefined) headers['x-forwarded-for'] = forwardedAddresses(String(given)).join(', ');
      done();
    });
    app.addHook('onSend', (request, reply, payload, done) => {
      const location = reply.getHeader('location');
      if (typeof location === 'string' && /^\/(?!\/)/.test(location) && comesFromProxy(request)) {
        reply.header('location', prefixIn(request.headers['x-forwarded-prefix']) + location);
      }
      done(null, payload);
    });
  },
  { name: 'forwarded' },
);
