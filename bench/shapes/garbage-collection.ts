import { Contender } from '../harness/contender.ts';
import { Probe } from '../harness/probe.ts';
import { createScratchDirectory, removeScratchDirectory } from '../harness/scratch-directory.ts';
import { summarise } from '../harness/statistics.ts';
import type { GcWindow } from '../probe/probe-report.ts';
import type { ServerName } from '../servers/server-table.ts';
import { serverOptions } from './server-options.ts';
import type { Row, Shape, ShapeContext } from './shape.ts';

const SUBSCRIBERS = 1000;
const MESSAGES_PER_SECOND = 1000;
/** The collector works in steps of seconds, so rounds are longer than elsewhere. */
const ROUND_FACTOR = 5;
const ROUNDS_SHARE = 1 / 3;
/** Share of the rate that must have been reached. */
const RATE_MIN_SHARE = 0.9;

interface GcRound {
  readonly perSecond: number;
  readonly gc: GcWindow;
}

/** What the garbage collector takes under load. */
export const garbageCollectionShape: Shape = {
  number: 7,
  title: 'Garbage collection at 1 M deliveries per second',
  method:
    '1,000 messages of 128 bytes per second to 1,000 subscribers. Pauses as the server process itself observes them, as a share of wall time, and the longest of a round.',
  servers: ['parley'],
  bars: [
    { kind: 'ceiling', row: 'share', bar: 1, goal: 0.5, unit: '%' },
    { kind: 'ceiling', row: 'pause', bar: 10, goal: 10, unit: 'ms' },
  ],
  async run(context) {
    const directory = createScratchDirectory();
    const probe = new Probe(directory);
    const contender = new Contender({
      server: 'parley',
      dialect: 'parley',
      load: { kind: 'paced', subscribers: SUBSCRIBERS, messagesPerSecond: MESSAGES_PER_SECOND },
      serverOptions: { ...serverOptions(context, '0'), nodeArgs: probe.nodeArgs, env: probe.env },
      loadCores: '1',
    });
    const rounds: GcRound[] = [];
    try {
      await contender.open(1, context.effort.roundMs);
      for (let round = 0; round < Math.ceil(context.effort.rounds * ROUNDS_SHARE); round++)
        rounds.push(...(await measureRound(context, contender, probe)));
    } finally {
      await contender.close();
      removeScratchDirectory(directory);
    }
    return rowsOf(rounds, contender.failure ?? rateFailure(rounds));
  },
};

async function measureRound(context: ShapeContext, contender: Contender, probe: Probe): Promise<readonly GcRound[]> {
  if (contender.failure !== undefined) return [];
  await probe.ask(contender.server);
  await contender.round(context.effort.roundMs * ROUND_FACTOR);
  const result = contender.rounds.at(-1);
  if (result === undefined) return [];
  const { gc } = await probe.ask(contender.server);
  const perSecond = (result.count * 1000) / result.elapsedMs;
  context.progress(
    `  ${perSecond.toFixed(0)}/s, ${gc.pauses} pauses, ${gc.pausedMs.toFixed(1)} ms of ${gc.windowMs.toFixed(0)} ms, longest ${gc.longestPauseMs.toFixed(1)} ms, server ${(result.serverCpuUs / result.elapsedMs / 10).toFixed(0)} % busy`,
  );
  return [{ perSecond, gc }];
}

/** Few pauses at a lower rate prove nothing. */
function rateFailure(rounds: readonly GcRound[]): string | undefined {
  const { median } = summarise(rounds.map(({ perSecond }) => perSecond));
  if (median >= RATE_MIN_SHARE * SUBSCRIBERS * MESSAGES_PER_SECOND) return undefined;
  return `only ${Math.round(median).toLocaleString('en')} deliveries per second were reached; the machine has other work`;
}

function rowsOf(rounds: readonly GcRound[], failure: string | undefined): readonly Row[] {
  const failures = new Map<ServerName, string>(failure === undefined ? [] : [['parley', failure]]);
  const row = (id: string, title: string, unit: string, quantity: (round: GcRound) => number): Row => ({
    id,
    title,
    unit,
    samples: new Map(failure === undefined ? [['parley', rounds.map(quantity)]] : []),
    failures,
  });
  return [
    row('rate', 'deliveries per second', '/s', ({ perSecond }) => perSecond),
    row('share', 'time in pauses', '%', ({ gc }) => (gc.pausedMs / gc.windowMs) * 100),
    row('pause', 'longest pause', 'ms', ({ gc }) => gc.longestPauseMs),
  ];
}
