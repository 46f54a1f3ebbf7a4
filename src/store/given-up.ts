import type { Gaps } from './gaps.ts';
import type { Commit } from './protocol.ts';
import type { Runs } from './runs.ts';
import type { SeriesTable } from './series-table.ts';

interface Tables {
  series: SeriesTable;
  runs: Runs;
  gaps: Gaps;
}

/** Readings that found no room in memory are in a gap, like those that had to make room on the disk. */
export function countGivenUp({ readings, publishing }: Required<Commit>['lost'], { series, runs, gaps }: Tables): void {
  for (const { sensor, run, count, from, to } of readings) {
    const shift = runs.shiftOf(run) ?? 0;
    const id = series.ensure('sensor', sensor);
    gaps.add({ series: id, from: from + shift, to: to + shift, count }, publishing);
  }
}
