import { registerHooks } from 'node:module';

/**
 * Loaded before a server: tells on standard error what its simulated pins show, and lets what is loaded behind the claim
 * of the pins break (`INTERRUPT=broken`), or stops the process there (`INTERRUPT=stopped`).
 */
interface Line {
  pin: number;
  write(on: boolean): void;
}
interface Pins {
  output(pin: number, options: { initial: boolean }): Promise<Line>;
  close(): Promise<void>;
}

const tell = (what: string) => process.stderr.write(`${what}\n`);

function watched(pins: Pins): Pins {
  return {
    ...pins,
    async output(pin, options) {
      const line = await pins.output(pin, options);
      tell(`pin ${pin} shows ${Number(options.initial)}`);
      const write = (on: boolean) => {
        line.write(on);
        tell(`pin ${pin} shows ${Number(on)}`);
      };
      return { ...line, write };
    },
    async close() {
      await pins.close();
      tell('pins are closed');
    },
  };
}
Object.assign(globalThis, { watched });

const INSTEAD: Record<string, string> = {
  broken: "throw new Error('half an installation')",
  stopped: "process.kill(process.pid, 'SIGTERM'); await new Promise((resolve) => setTimeout(resolve, 60_000))",
};

registerHooks({
  load(url, context, nextLoad) {
    const loaded = nextLoad(url, context);
    const source = String(loaded.source);
    if (url.endsWith('/src/app.ts')) {
      return { ...loaded, source: `${INSTEAD[process.env.INTERRUPT ?? '']};\nexport const buildApp = undefined;` };
    }
    if (!url.endsWith('/src/hardware/simulated.ts')) return loaded;
    const own = source.replace('export function openSimulated(', 'function unwatched(');
    if (own === source) throw new Error('openSimulated has another name now');
    return {
      ...loaded,
      source: `${own}\nexport function openSimulated(...given: any[]) { return watched(unwatched(...given)); }\n`,
    };
  },
});
