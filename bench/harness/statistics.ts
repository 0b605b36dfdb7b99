/** Median, smallest and largest of a few samples. */
export interface Summary {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

/** Summarises samples. @throws RangeError when there are none */
export function summarise(samples: readonly number[]): Summary {
  return { median: quantile(samples, 0.5), min: quantile(samples, 0), max: quantile(samples, 1) };
}

/**
 * The value below which a share (0 to 1) of the samples lies, interpolated between neighbours.
 * @throws RangeError when there are no samples
 */
export function quantile(samples: Iterable<number>, share: number): number {
  const sorted = Float64Array.from(samples).sort();
  if (sorted.length === 0) throw new RangeError('There are no samples to take a quantile of.');
  const position = (sorted.length - 1) * share;
  const below = Math.floor(position);
  const low = sorted[below] as number;
  const high = sorted[Math.ceil(position)] as number;
  return low + (high - low) * (position - below);
}

/**
 * How many times as much A is as B, round by round: samples of one round were taken one after the other, so what
 * disturbed the machine meanwhile disturbed both.
 * @throws RangeError when the rounds do not match
 */
export function pairedRatios(a: readonly number[], b: readonly number[]): readonly number[] {
  if (a.length !== b.length) throw new RangeError(`${a.length} rounds cannot be compared with ${b.length}.`);
  return a.map((sample, round) => sample / (b[round] as number));
}
