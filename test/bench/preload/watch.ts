import { writeFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { RULED_PINS, type Stamps } from './stamps.ts';

/**
 * Looks over the shoulder of the compiled server: its simulated pins and sensors are the real ones, wrapped. Everything
 * between a sensor's answer and the driver's write is the product, untouched.
 */
const { BENCH_STAMPS = '', BENCH_SPAWNED_AT = '0', BENCH_SENSOR_FILE } = process.env;
const HIGH = 40;
const LOW = 10;

interface Source {
  read(): Promise<number>;
}
interface Line {
  pin: number;
  write(on: boolean): void;
}
interface Pins {
  output(pin: number, options: object): Promise<Line>;
}

const now = () => Number(process.hrtime.bigint()) / 1e6;
const stamps: Stamps = { safeMs: Number.NaN, latencies: [] };
const begun = new Map<number, number>();
const taken = new Map<number, number>();
/** At the end outputs are made safe, which no reading asks for. */
let ending = false;
process.once('SIGTERM', () => {
  ending = true;
});

/** Reads a real file, as sensors on a Pi do, and answers a value that crosses the threshold every time. */
function watchSource(source: Source, { seed }: { seed: number }): Source {
  if (BENCH_SENSOR_FILE === undefined) return source;
  let high = false;
  const read = async () => {
    const { readNumberFile } = await import(new URL('sensors/number-file.js', built).href);
    begun.set(seed, now());
    await readNumberFile(BENCH_SENSOR_FILE);
    taken.set(seed, now());
    high = !high;
    return high ? HIGH : LOW;
  };
  return { ...source, read };
}

function watchPins(driver: Pins): Pins {
  const output = async (pin: number, options: object) => {
    const line = await driver.output(pin, options);
    stamps.safeMs = now() - Number(BENCH_SPAWNED_AT) / 1e6;
    const seed = RULED_PINS.indexOf(pin);
    const write = (on: boolean) => {
      line.write(on);
      const wroteAt = now();
      const [takenAt, begunAt] = [taken.get(seed), begun.get(seed)];
      if (ending || takenAt === undefined || begunAt === undefined) return;
      taken.delete(seed); // the next write without a reading is not a rule's
      stamps.latencies.push({ sinceTaken: wroteAt - takenAt, sinceBegun: wroteAt - begunAt });
    };
    return { ...line, write };
  };
  return { ...driver, output };
}

const watched = {
  'hardware/simulated.js': { name: 'openSimulated', watch: watchPins },
  'sensors/simulated.js': { name: 'simulatedSource', watch: watchSource },
} as const;
Object.assign(globalThis, { benchWatch: { openSimulated: watchPins, simulatedSource: watchSource } });

let built = '';
registerHooks({
  load(url, context, nextLoad) {
    const loaded = nextLoad(url, context);
    const [file, entry] = Object.entries(watched).find(([path]) => url.endsWith(`/dist/src/${path}`)) ?? [];
    if (file === undefined || entry === undefined) return loaded;
    built = url.slice(0, -file.length);
    const text = String(loaded.source);
    const own = text.replace(`export function ${entry.name}(`, 'function unwatched(');
    if (own === text) throw new Error(`${url} has no ${entry.name} any more`);
    const wrapped = `export function ${entry.name}(...given) { return benchWatch.${entry.name}(unwatched(...given), ...given); }`;
    return { ...loaded, source: `${own}\n${wrapped}\n` };
  },
});

process.on('exit', () => writeFileSync(BENCH_STAMPS, JSON.stringify(stamps)));
