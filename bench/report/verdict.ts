import { pairedRatios, type Summary, summarise } from '../harness/statistics.ts';
import type { Bar, Row } from '../shapes/shape.ts';

/** What became of a bar. */
export interface Verdict {
  readonly bar: Bar;
  readonly row: Row;
  /** The ratio or quantity measured; undefined when a server has no samples. */
  readonly measured: Summary | undefined;
  readonly outcome: 'goal reached' | 'bar holds' | 'missed' | 'not measured';
}

/** Holds rows against a bar; the median decides. @throws Error when there is no such row */
export function judge(bar: Bar, rows: readonly Row[]): Verdict {
  const row = rows.find(({ id }) => id === bar.row);
  if (row === undefined) throw new Error(`There is no row ${bar.row}.`);
  const measured = measure(bar, row);
  if (measured === undefined) return { bar, row, measured, outcome: 'not measured' };
  const reaches = (limit: number) => (bar.kind === 'ceiling' ? measured.median <= limit : measured.median >= limit);
  return {
    bar,
    row,
    measured,
    outcome: reaches(bar.goal) ? 'goal reached' : reaches(bar.bar) ? 'bar holds' : 'missed',
  };
}

function measure(bar: Bar, row: Row): Summary | undefined {
  const ours = row.samples.get('parley');
  if (ours === undefined || ours.length === 0) return undefined;
  if (bar.kind === 'ceiling') return summarise(ours);
  const theirs = row.samples.get(bar.against);
  if (theirs === undefined || theirs.length === 0) return undefined;
  return summarise(bar.better === 'lower' ? pairedRatios(theirs, ours) : pairedRatios(ours, theirs));
}
