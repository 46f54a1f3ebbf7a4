/**
 * The process that holds pigpio, a child of the server. libpigpio wants root, takes every signal, and may end its
 * process: none of that reaches the server. It ends with the server, however that ends.
 */
import { Pins } from './pins.ts';
import type { Report, Request } from './protocol.ts';

/**
 * Signals that reach the whole group or session and are meant for the server, which first drives its safe states.
 * SIGCONT is what systemd sends behind SIGTERM.
 */
const FOR_THE_SERVER = ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT', 'SIGTSTP', 'SIGTTIN', 'SIGTTOU', 'SIGCONT'] as const;

const ignore = () => {};

/** Off and on again: libuv sets a handler once, and libpigpio has put its own in the place by then. */
function ignoreSignals(): void {
  for (const signal of FOR_THE_SERVER) process.off(signal, ignore).on(signal, ignore);
}

async function openLibrary() {
  // Where libpigpio cannot be loaded, the package says so on the console and goes on without it.
  const warnings: string[] = [];
  console.warn = (line = '') => void warnings.push(String(line));
  const { default: pigpio } = await import('pigpio');
  const cause = warnings.find((line) => /^\w*Error: /.test(line))?.split('\n')[0];
  if (cause !== undefined) throw new Error(`libpigpio cannot be loaded (${cause.replace(/^\w*Error: /, '')})`);
  // Before anything else: it would listen on TCP 8888 of all interfaces, and let everybody there drive the pins.
  pigpio.configureInterfaces(pigpio.DISABLE_FIFO_IF | pigpio.DISABLE_SOCK_IF);
  pigpio.initialize();
  return pigpio;
}

const report = (message: Report) => void process.send?.(message, undefined, undefined, ignore);

let end = () => process.exit();
process.once('disconnect', () => end());
ignoreSignals();
try {
  const pigpio = await openLibrary();
  ignoreSignals();
  const pins = new Pins(pigpio, report);
  end = () => {
    pigpio.terminate();
    process.exit();
  };
  process.on('message', (request: Request) => {
    if ('end' in request) return end();
    const { ask, order } = request;
    try {
      const level = pins.obey(order);
      report(level === undefined ? { answer: ask } : { answer: ask, level });
    } catch (error) {
      report({ answer: ask, refused: (error as Error).message });
    }
  });
  report({ ready: true });
} catch (error) {
  report({ failed: (error as Error).message });
  process.disconnect?.();
}
