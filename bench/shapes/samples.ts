import type { Contender } from '../harness/contender.ts';
import { summarise } from '../harness/statistics.ts';
import type { RoundResult } from '../load/load-spec.ts';
import { SERVERS, type ServerName } from '../servers/server-table.ts';

/** One number of each round of those that went through. */
export function samplesOf(
  contenders: readonly Contender[],
  quantity: (round: RoundResult) => number,
): ReadonlyMap<ServerName, readonly number[]> {
  const complete = contenders.filter(({ failure }) => failure === undefined);
  return new Map(complete.map(({ spec, rounds }) => [spec.server, rounds.map(quantity)]));
}

/** Why the others did not. */
export function failuresOf(contenders: readonly Contender[]): ReadonlyMap<ServerName, string> {
  return new Map(contenders.flatMap(({ spec, failure }) => (failure === undefined ? [] : [[spec.server, failure]])));
}

/** How a contender did, with how busy its server was. */
export function describeContender({ spec, rounds, failure }: Contender): string {
  const { title } = SERVERS[spec.server];
  if (failure !== undefined) return `${title}: ${failure}`;
  const median = (quantity: (round: RoundResult) => number) => summarise(rounds.map(quantity)).median;
  const cpuUs = median((round) => round.serverCpuUs / round.count);
  const perSecond = median((round) => (round.count * 1000) / round.elapsedMs);
  const busyPercent = median((round) => round.serverCpuUs / round.elapsedMs / 10);
  return `${title}: ${cpuUs.toPrecision(3)} µs, ${perSecond.toFixed(0)}/s, server ${busyPercent.toFixed(0)} % busy`;
}
