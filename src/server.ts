import { lookup } from 'node:dns/promises';
import type { AddressInfo } from 'node:net';
import { networkInterfaces } from 'node:os';
import { setFlagsFromString } from 'node:v8';
import closeWithGrace from 'close-with-grace';
import type { Config } from '../schemas/config.ts';
import type { buildApp } from './app.ts';
import { systemClock } from './clock.ts';
import { loadApiKey } from './config/api-key.ts';
import { prepareDataDirectory } from './config/data-directory.ts';
import { loadDevice } from './config/device.ts';
import { loadConfig } from './config/load.ts';
import { proxySettings } from './config/proxies.ts';
import { notifySettings, parentToEndWith, threadPoolSize } from './config/supervision.ts';
import { HardwareError } from './hardware/driver.ts';
import { reachableAt } from './http/reachable-at.ts';
import { claimPins } from './pins.ts';
import type { Supervision } from './plugins/supervision.ts';
import { StartError } from './start-error.ts';
import { lockDirectory } from './supervision/directory-lock.ts';
import { requireMemory } from './supervision/memory.ts';
import { openNotify } from './supervision/notify-socket.ts';
import { endWithParent } from './supervision/parent.ts';
import { outOfTasks, requireTasks } from './supervision/tasks.ts';

type App = Awaited<ReturnType<typeof buildApp>>;

const EXIT_WITHIN_MS = 5000;
const LAST_MOMENT_MS = 500;
const EXTEND_EVERY_MS = 10_000;
const STOP_SIGNALS = ['SIGINT', 'SIGTERM'] as const;

async function start(): Promise<void> {
  requireMemory('/');
  requireTasks({ poolSize: threadPoolSize(), root: '/' });
  const config = loadConfig();
  const parent = parentToEndWith();
  if (parent !== undefined) await endWithParent(parent);
  const dataDirectory = prepareDataDirectory(config.store.dir);
  const lock = await lockDirectory(dataDirectory);
  const apiKey = loadApiKey(config.http.api_key, dataDirectory);
  const device = loadDevice(config.device.id, { dataDirectory });
  const proxies = proxySettings(config.uplink);
  const manager = await supervision();
  const started = keepStarting(manager);
  const pins = await claimPins(config, { clock: systemClock, root: '/', dataDirectory });
  let app: App | undefined;
  onEnd(async ({ err, signal }) => {
    if (err) (app?.log.fatal.bind(app.log) ?? console.error)(err, 'a fault of the program: stopping');
    else app?.log.info(`${signal ?? 'stop'}: answering what is in flight, then stopping`);
    const end = () => endNow(err === undefined ? 'SIGTERM' : 'SIGKILL');
    systemClock.after(EXIT_WITHIN_MS - LAST_MOMENT_MS, end);
    await (app === undefined ? pins.release() : app.close());
    if (app?.store.isAbandoned ?? true) end();
  });
  try {
    // Loaded only now: two thirds of the start need no pin, and the pins should not wait for them.
    const { buildApp: build } = await import('./app.ts');
    const parts = { dataDirectory, device, apiKey: apiKey.key, pins, proxies, supervision: manager };
    app = await build(config, { ...parts, ...(await readableLog(config.log.level)) });
    await listen(app, config.http);
  } catch (error) {
    // What fails at the end as well is told beside the reason for it, not instead.
    await (app === undefined ? pins.release() : app.close()).catch(({ message }) => console.error(message));
    throw error;
  }
  if (lock.fault !== undefined) {
    app.log.warn(`a second server in ${dataDirectory} would not be noticed: it cannot be locked (${lock.fault})`);
  }
  app.log.info(`API key: ${apiKey.source}; documentation: ${docsOf(app, config.http.host)}`);
  started();
  preferSmallHeap();
}

type End = (reason: { err?: Error | undefined; signal?: string | undefined }) => Promise<void>;

/**
 * Calls it once. The same end may be asked for twice at once: Ctrl-C reaches npm and the server, and npm passes it on. As
 * the end has its time limit, a second signal has nothing to hurry.
 */
function onEnd(end: End): void {
  let first: string | undefined;
  const grace = closeWithGrace({ delay: EXIT_WITHIN_MS, skip: [...STOP_SIGNALS] }, ({ err, signal }) => {
    first ??= signal ?? 'a fault';
    return end({ err, signal: first });
  });
  for (const signal of STOP_SIGNALS) {
    process.on(signal, () => {
      if (first !== undefined) return;
      first = signal;
      grace.close();
    });
  }
}

/** An exit in order waits for each thread, and a disk may hold one up for minutes. A signal that nobody hears does not. */
function endNow(signal: NodeJS.Signals): void {
  process.removeAllListeners(signal);
  process.kill(process.pid, signal);
}

async function listen(app: App, { host, port }: Config['http']): Promise<void> {
  const listenTextResolver = (url: string) => `Server listening at ${reachableAt(url, networkInterfaces()).join(', ')}`;
  const on = (address: string) => app.listen({ host: address, port, listenTextResolver });
  const withoutIpv6 = (error: NodeJS.ErrnoException) => {
    if (host !== '::' || !IPV6_IS_OFF.includes(error.code ?? '')) throw error;
    app.log.info('IPv6 is switched off on this machine: listening on its IPv4 addresses');
    return on('0.0.0.0');
  };
  const [first = host, ...others] = await addressesOf(host);
  await on(first)
    .catch(withoutIpv6)
    .catch((error: NodeJS.ErrnoException) => {
      throw new StartError(
        LISTEN_ERRORS[error.code ?? '']?.(port, host) ?? `Cannot listen on ${host}:${port}: ${error.message}.`,
      );
    });
  for (const address of others) {
    await app.alsoListen(address).then(
      () => app.log.info(`Server listening at ${address} as well`),
      ({ message }: Error) => app.log.warn(`not listening at ${address}: ${message}`),
    );
  }
}

/** Only `localhost` is expected to be there over IPv4 and IPv6; any other name means its first address. */
async function addressesOf(host: string): Promise<string[]> {
  if (host !== 'localhost') return [host];
  const found = await lookup(host, { all: true, order: 'ipv4first' });
  return [...new Set(found.map(({ address }) => address))];
}

/** A person at a terminal reads sentences; whatever else takes the log reads JSON lines. */
async function readableLog(level: string) {
  if (!process.stdout.isTTY) return {};
  const { terminalLog } = await import('./terminal-log.ts');
  return { logger: { level, stream: terminalLog(process.stdout) } };
}

/** Address to open in a browser on this machine. */
function docsOf(app: App, host: string): string {
  const { port } = app.server.address() as AddressInfo;
  const name = ['::', '0.0.0.0'].includes(host) ? 'localhost' : host.includes(':') ? `[${host}]` : host;
  return `http://${name}:${port}/docs`;
}

/**
 * From now on the heap grows less before it is cleaned up: some 12 MB of a small board, for nothing that a request would
 * notice. During the start the same costs a tenth of a second and more.
 */
function preferSmallHeap(): void {
  setFlagsFromString('--optimize-for-size');
}

/** A slow card takes its time: the service manager is told that the start goes on, until what is answered is called. */
function keepStarting(manager: Supervision | undefined): () => void {
  let cancel = () => {};
  const later = () => {
    cancel = systemClock.after(EXTEND_EVERY_MS, () => {
      manager?.notify(`EXTEND_TIMEOUT_USEC=${6 * EXTEND_EVERY_MS * 1000}`);
      later();
    });
  };
  if (manager !== undefined) later();
  return () => cancel();
}

/** Where a service manager started us, it wants to hear of it: without that it ends the start. */
async function supervision(): Promise<Supervision | undefined> {
  const { notifySocket, watchdogMs } = notifySettings();
  if (notifySocket === undefined) return undefined;
  return { notify: await openNotify(notifySocket), watchdogMs };
}

const IPV6_IS_OFF = ['EAFNOSUPPORT', 'EADDRNOTAVAIL'];

const LISTEN_ERRORS: Record<string, (port: number, host: string) => string> = {
  EADDRINUSE: (port) => `Port ${port} is already in use: stop the other program, or set PORT to another number.`,
  EACCES: (port) =>
    `No permission to listen on port ${port}: ports below 1024 need a privilege; set PORT to 1024 or more.`,
  EADDRNOTAVAIL: (_port, host) => `This machine does not have the address ${host}: correct HOST.`,
  ENOTFOUND: (_port, host) => `There is no address for the name ${host}: correct HOST.`,
};

try {
  await start();
} catch (error) {
  const sentence = outOfTasks(error, threadPoolSize());
  if (sentence === undefined && !(error instanceof StartError || error instanceof HardwareError)) throw error;
  console.error(sentence ?? (error as Error).message);
  process.exit(sentence === undefined && error instanceof StartError ? error.exitCode : 1);
}
