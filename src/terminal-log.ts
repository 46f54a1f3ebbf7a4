import { styleText } from 'node:util';

const LEVELS: Record<number, string> = { 10: 'trace', 20: 'debug', 30: 'info', 40: 'warn', 50: 'error', 60: 'fatal' };
const ERROR = 50;
const WARN = 40;
/** Of every line alike: the reader knows which machine it is. */
const LEFT_OUT = ['level', 'time', 'pid', 'hostname', 'msg', 'err'];

interface Terminal {
  write(text: string): unknown;
}

/** Takes the log's JSON lines and shows them to a person: time of day, level, sentence, then what else there is. */
export function terminalLog(terminal: Terminal): { write(line: string): void } {
  return { write: (line) => void terminal.write(`${readable(line)}\n`) };
}

function readable(line: string): string {
  let entry: Record<string, unknown>;
  try {
    entry = JSON.parse(line);
  } catch {
    return line.trimEnd();
  }
  const { level, time, msg, err } = entry as { level: number; time: number; msg?: string; err?: { stack?: string } };
  const rest = Object.entries(entry).filter(([key]) => !LEFT_OUT.includes(key));
  const values = rest.map(([key, value]) => ` ${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`);
  const text = `${timeOfDay(time)} ${(LEVELS[level] ?? String(level)).padEnd(5)} ${msg ?? ''}`;
  const colour = level >= ERROR ? 'red' : level >= WARN ? 'yellow' : undefined;
  const stack = err?.stack === undefined ? '' : `\n${err.stack.replaceAll(/^/gm, '      ')}`;
  // styleText leaves colours out where NO_COLOR says so.
  return `${colour === undefined ? text : styleText(colour, text)}${styleText('dim', values.join(''))}${stack}`;
}

const timeOfDay = (time: number) => new Date(time).toTimeString().slice(0, 8);
