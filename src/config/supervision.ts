/** What systemd tells a service of `Type=notify`: see sd_notify(3). */
export interface NotifySettings {
  /** Path of its socket; with `@` in front, a name in the abstract namespace. Undefined where nobody listens. */
  notifySocket: string | undefined;
  /** After so long without a sign of life it kills the service. Undefined where it does not watch. */
  watchdogMs: number | undefined;
}

export function notifySettings(env: NodeJS.ProcessEnv = process.env, pid = process.pid): NotifySettings {
  const { NOTIFY_SOCKET: notifySocket, WATCHDOG_USEC: period = '', WATCHDOG_PID: watched = String(pid) } = env;
  const watchdogMs = Number(period) / 1000;
  return {
    notifySocket: notifySocket || undefined,
    watchdogMs: notifySocket && watchdogMs > 0 && watched === String(pid) ? watchdogMs : undefined,
  };
}

/** The data directory, as far as it can be known without the configuration file. */
export const givenDataDirectory = (env: NodeJS.ProcessEnv = process.env): string | undefined =>
  env.EDGE_DATA_DIR || undefined;

/** The process that the server is not to outlive, as `npm start` names it; undefined where there is none. */
export function parentToEndWith(env: NodeJS.ProcessEnv = process.env): number | undefined {
  const pid = Number(env.NPM_PID);
  return pid > 1 ? pid : undefined;
}

/** Threads of Node's pool: four where nothing else is asked for, and 1,024 at most. */
export function threadPoolSize({ UV_THREADPOOL_SIZE: size = '' }: NodeJS.ProcessEnv = process.env): number {
  const threads = Number.parseInt(size, 10);
  return size === '' ? 4 : Math.min(Math.max(1, threads || 1), 1024);
}
