import { buildConnector, type Dispatcher, EnvHttpProxyAgent, Pool } from 'undici';
import { CONNECT_MS, connectOptions, poolOf, type Trust } from './connections.ts';
import { ProxyFault } from './failures.ts';

/** Proxies by the scheme of what is reached through them; their addresses may hold a password. */
export interface Proxies {
  http?: string | undefined;
  https?: string | undefined;
  /** Hosts that are reached without one, as `NO_PROXY` lists them. */
  exceptions: string;
}

type WithConnect = { connect: buildConnector.connector };

/** The way to the receiver where proxies are configured; undici decides by scheme and exceptions whether one is used. */
export function openThroughProxies(url: string, timeoutMs: number, proxies: Proxies, trust?: Trust): Dispatcher {
  const { origin } = new URL(url);
  return new EnvHttpProxyAgent({
    // undici reads the environment for what is undefined.
    httpProxy: proxies.http ?? '',
    httpsProxy: proxies.https ?? '',
    noProxy: proxies.exceptions,
    connectTimeout: CONNECT_MS,
    requestTls: connectOptions(trust),
    proxyTls: connectOptions(trust),
    connect: buildConnector(connectOptions(trust)),
    clientFactory: (proxy, options) => new Tunnels(proxy, timeoutMs, (options as WithConnect).connect),
    factory: (target, options) => {
      const { connect } = options as WithConnect;
      return poolOf(target, timeoutMs, isProxy(target) ? blaming(target, connect) : connect);
    },
  });

  /** A proxy to which plain requests are handed is asked like a receiver. */
  function isProxy(target: string | URL): boolean {
    return new URL(target).origin !== origin;
  }
}

/** Asks a proxy for connections to the receiver. What fails on the way is the fault of the proxy. */
class Tunnels extends Pool {
  readonly #proxy: URL;

  constructor(proxy: URL, timeoutMs: number, connect: buildConnector.connector) {
    super(proxy.origin, { headersTimeout: timeoutMs, connect });
    this.#proxy = proxy;
  }

  override connect(options: Dispatcher.ConnectOptions): Promise<Dispatcher.ConnectData>;
  override connect(options: Dispatcher.ConnectOptions, callback?: unknown): never;
  override async connect(options: Dispatcher.ConnectOptions): Promise<Dispatcher.ConnectData> {
    const answer = await super.connect(options).catch((error) => {
      throw new ProxyFault(this.#proxy, error);
    });
    if (answer.statusCode === 200) return answer;
    answer.socket.on('error', () => {}).destroy();
    throw new ProxyFault(this.#proxy, answer.statusCode);
  }
}

function blaming(proxy: string | URL, connect: buildConnector.connector): buildConnector.connector {
  return (options, callback) =>
    connect(options, (...result) => {
      const [error, socket] = result;
      if (error === null) callback(null, socket);
      else callback(new ProxyFault(new URL(proxy), error), null);
    });
}
