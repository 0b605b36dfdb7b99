import { Contender, type ContenderSpec } from './contender.ts';

/** How long to measure. */
export interface Effort {
  readonly rounds: number;
  readonly roundMs: number;
}

/**
 * Measures servers in turns: all are up, one round each, then again, so that whatever happens to the machine happens to
 * all of them. Rounds that warm up come first and are not counted. Returns them closed; those that failed say why.
 */
export async function interleave(
  specs: readonly ContenderSpec[],
  effort: Effort,
  warmUps = 1,
): Promise<readonly Contender[]> {
  const contenders = specs.map((spec) => new Contender(spec));
  try {
    for (const contender of contenders) await contender.open(warmUps, effort.roundMs);
    for (let round = 0; round < effort.rounds; round++) {
      for (const contender of contenders) await contender.round(effort.roundMs);
    }
  } finally {
    for (const contender of contenders) await contender.close();
  }
  return contenders;
}
