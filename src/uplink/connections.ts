import type { ConnectionOptions } from 'node:tls';
import { buildConnector, Pool } from 'undici';
import { withoutContinue } from './continue.ts';

export const CONNECT_MS = 5000;

type Connect = buildConnector.connector;
type Settings = Partial<buildConnector.BuildOptions>;

/** Whom a connection trusts; nothing: whom Node trusts. */
export type Trust = Pick<ConnectionOptions, 'secureContext'>;

/** How connections are made, to the receiver and to a proxy. HTTP/2 is off: over it both lanes would share one. */
export function connectOptions(settings: Settings = {}): buildConnector.BuildOptions {
  return {
    ...settings,
    allowH2: false,
    timeout: CONNECT_MS,
    // A mobile network takes longer than Node's 250 ms to connect, and would then lose every address.
    autoSelectFamily: true,
    autoSelectFamilyAttemptTimeout: CONNECT_MS / 2,
  };
}

/** Connections to one address, one for each request in flight: an alert never waits behind a summary. */
export function poolOf(origin: string | URL, timeoutMs: number, connect: Connect): Pool {
  return new Pool(origin, {
    allowH2: false,
    headersTimeout: timeoutMs,
    bodyTimeout: timeoutMs,
    // Long enough to drain a backlog over one connection; NATs forget older ones, and a request on them is lost time.
    keepAliveMaxTimeout: 4000,
    connect: tolerant(connect),
  });
}

/** Straight to the receiver; `connect` holds settings of connections, or is a way of its own to make connections. */
export function openPool(url: string, timeoutMs: number, connect: Settings | Connect = {}): Pool {
  const own = typeof connect === 'function' ? connect : buildConnector(connectOptions(connect));
  return poolOf(new URL(url).origin, timeoutMs, own);
}

function tolerant(connect: Connect): Connect {
  return (options, callback) =>
    connect(options, (...result) => {
      const [error, socket] = result;
      if (error === null && socket !== null) withoutContinue(socket);
      callback(...result);
    });
}
