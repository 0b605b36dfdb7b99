import { spawnSync } from 'node:child_process';

/** One gate of `npm run check`: a command that fails when something is wrong. */
interface Gate {
  readonly title: string;
  readonly command: string;
  readonly args: readonly string[];
}

const GATES: readonly Gate[] = [
  { title: 'format', command: 'biome', args: ['check', '--error-on-warnings', '.'] },
  { title: 'lint', command: 'oxlint', args: ['--deny-warnings'] },
  { title: 'ranks', command: 'node', args: ['scripts/check-ranks.ts'] },
  { title: 'types', command: 'tsc', args: ['--noEmit', '-p', 'tsconfig.json'] },
  { title: 'dead code', command: 'knip', args: ['--no-progress'] },
  {
    title: 'docs in sync',
    command: 'node',
    args: ['--conditions=parley-source', 'scripts/generate-docs.ts', '--check'],
  },
  { title: 'the gates can fail', command: 'vitest', args: ['run', '--project', 'unit', 'scripts/'] },
];

/** `npm run check`: runs every gate, also after one failed, and shows the output of those that did. */
function main(): void {
  const failed = GATES.filter((gate) => !passes(gate));
  if (failed.length > 0) console.error(`\nFailed: ${failed.map(({ title }) => title).join(', ')}.`);
  process.exitCode = failed.length === 0 ? 0 : 1;
}

function passes({ title, command, args }: Gate): boolean {
  const startedAt = performance.now();
  const { status, stdout, stderr, error } = spawnSync(command, args, { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 });
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  console.log(`${status === 0 ? 'ok  ' : 'FAIL'} ${title} (${seconds} s)`);
  if (status !== 0)
    console.log(`$ ${[command, ...args].join(' ')}\n${stdout ?? ''}${stderr ?? ''}${error?.message ?? ''}`);
  return status === 0;
}

main();
