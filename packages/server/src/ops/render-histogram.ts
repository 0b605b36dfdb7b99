/** One series of a histogram: its labels, a count per bucket and one beyond, and the sum. */
export interface HistogramSeries {
  readonly labels: Readonly<Record<string, string>>;
  readonly counts: ArrayLike<number>;
  readonly sum: number;
}

/**
 * A histogram in the Prometheus text format, from counts that the hot path keeps in plain arrays (the library's own
 * histogram costs a map look-up per observation).
 */
export function renderHistogram(
  name: string,
  help: string,
  bounds: readonly number[],
  series: readonly HistogramSeries[],
): string {
  const lines = [`# HELP ${name} ${help}`, `# TYPE ${name} histogram`];
  for (const { labels, counts, sum } of series) {
    const text = Object.entries(labels).map(([key, value]) => `${key}="${value}"`);
    let total = 0;
    for (const [index, bound] of [...bounds, '+Inf'].entries()) {
      total += counts[index] ?? 0;
      lines.push(`${name}_bucket{${[...text, `le="${bound}"`].join(',')}} ${total}`);
    }
    lines.push(`${name}_sum{${text.join(',')}} ${sum}`, `${name}_count{${text.join(',')}} ${total}`);
  }
  return `${lines.join('\n')}\n`;
}
