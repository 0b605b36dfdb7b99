import { parseArgs } from 'node:util';
import type { Effort } from './harness/interleave.ts';

/** What the user asked for. */
export interface BenchOptions {
  /** Numbers of shapes; undefined for all. */
  readonly shapes: readonly number[] | undefined;
  /** Names of servers; undefined for all. */
  readonly servers: readonly string[] | undefined;
  readonly effort: Effort;
  /** Whether the results file is written. */
  readonly isRecorded: boolean;
  readonly profileDirectory: string | undefined;
  readonly isHelp: boolean;
}

const FULL: Effort = { rounds: 9, roundMs: 1000 };
const QUICK: Effort = { rounds: 3, roundMs: 400 };

/** Help for `npm run bench -- --help`. */
export const HELP = `Usage: npm run bench -- [options]

Measures Parley beside other servers and writes bench/RESULTS.md.

  --shape 1,2        only these shapes
  --servers a,b      only these servers (names as in bench/servers/server-table.ts)
  --rounds N         rounds per server (default ${FULL.rounds}; quick ${QUICK.rounds})
  --round-ms N       length of a round (default ${FULL.roundMs}; quick ${QUICK.roundMs})
  --quick            a first impression; bench/RESULTS.md stays as it is
  --profile DIR      servers leave CPU profiles in DIR; bench/RESULTS.md stays as it is
  --help
`;

/** Reads the command line. @throws Error that tells what is wrong with it */
export function parseOptions(args: readonly string[]): BenchOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      shape: { type: 'string' },
      servers: { type: 'string' },
      rounds: { type: 'string' },
      'round-ms': { type: 'string' },
      quick: { type: 'boolean', default: false },
      profile: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  const base = values.quick ? QUICK : FULL;
  return {
    shapes: values.shape?.split(',').map((text) => wholeNumber('--shape', text)),
    servers: values.servers?.split(','),
    effort: {
      rounds: values.rounds === undefined ? base.rounds : wholeNumber('--rounds', values.rounds),
      roundMs: values['round-ms'] === undefined ? base.roundMs : wholeNumber('--round-ms', values['round-ms']),
    },
    isRecorded: !values.quick && values.servers === undefined && values.profile === undefined,
    profileDirectory: values.profile,
    isHelp: values.help,
  };
}

function wholeNumber(option: string, text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new Error(`${option} takes whole numbers above 0, not ${text}.`);
  return value;
}
