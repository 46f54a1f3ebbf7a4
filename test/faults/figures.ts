import type { TestContext } from 'node:test';

export interface Figures {
  fault: string;
  how: string;
  seen: string;
}

/** Prints a row of the table in docs/reliability.md; report.ts copies it there. */
export function report(t: TestContext, { fault, how, seen }: Figures): void {
  t.diagnostic(`| ${fault} | ${how} | ${seen} |`);
}

/** The value below which a share of all values lies. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

export const ms = (value: number) => `${value < 10 ? value.toFixed(1) : Math.round(value)} ms`;
