import { parseArgs } from 'node:util';
import { type CrashLoopReport, runCrashLoop } from './crash-loop/run-crash-loop.ts';

/**
 * Proves that acknowledged messages survive `kill -9`: none lost, none doubled, no gap untold.
 *
 *     node --conditions=parley-source packages/server/test/scenarios/crash-loop.ts [--rounds 20]
 *
 * Exit code 0 when it holds, 1 when it does not.
 */
async function main(): Promise<void> {
  const { values } = parseArgs({ options: { rounds: { type: 'string', default: '20' } } });
  const startMs = performance.now();
  const report = await runCrashLoop({
    rounds: Number(values.rounds),
    onRound: (round, acknowledged) => write(`crash ${round}: ${acknowledged} acknowledged so far`),
  });
  write(formatReport(report, performance.now() - startMs));
  process.exitCode = isKept(report) ? 0 : 1;
}

function isKept({ disagreement, violations }: CrashLoopReport): boolean {
  return violations.length === 0 && Object.values(disagreement).every((count) => count === 0);
}

function formatReport({ disagreement, violations, ...counts }: CrashLoopReport, durationMs: number): string {
  const row = ([name, value]: [string, unknown]) => `  ${inWords(name).padEnd(28)}${String(value).padStart(10)}`;
  return [
    '',
    'what happened',
    ...Object.entries(counts).map(row),
    row(['seconds', (durationMs / 1000).toFixed(1)]),
    '',
    'what must be zero',
    ...Object.entries(disagreement).map(row),
    row(['otherViolations', violations.length]),
    ...violations.slice(0, 20).map((each) => `    ${each}`),
  ].join('\n');
}

function inWords(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}

function write(text: string): void {
  process.stdout.write(`${text}\n`);
}

await main();
