import type { Lifetime } from './lifetime.ts';

/** What a question may use while it is asked. */
export interface Bench {
  /** A look instead of a measurement: everything is done once, and briefly. */
  short: boolean;
  /** Ends with the question. */
  lifetime: Lifetime;
  /** What is missing here, for the page: said, and left out. */
  skip(why: string): void;
}

export interface Table {
  head: readonly string[];
  rows: readonly (readonly string[])[];
}

export interface Plot {
  /** Of the file in docs/, without its ending. */
  name: string;
  title: string;
  /** What stands below the plot; the marks along it are evenly spaced. */
  along: string;
  marks: readonly string[];
  /** What stands beside it; the scale is logarithmic. */
  unit: string;
  lines: readonly { name: string; values: readonly number[] }[];
}

/** A promise, and what was seen of it. */
export interface Target {
  what: string;
  target: string;
  measured: string;
  met: boolean;
}

export interface Answer {
  /** What was measured and how, in sentences. */
  how: string;
  targets: readonly Target[];
  tables: readonly Table[];
  plots?: readonly Plot[];
}

export interface Question {
  /** For `--only`. */
  name: string;
  title: string;
  ask(bench: Bench): Promise<Answer>;
}
