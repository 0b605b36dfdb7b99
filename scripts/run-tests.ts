import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { formatCounts, parseCounts, sumCounts, type TestCounts } from './test-counts.ts';

/**
 * `npm test`: the unit tests, the end-to-end tests on the sources, then the same on the published form.
 * Arguments narrow it down to one run of vitest with them: `npm test -- origin-rule`.
 */
function main(filters: readonly string[]): void {
  const runs: TestCounts[] = [];
  if (filters.length > 0) {
    runs.push(runVitest('Tests', filters, {}));
  } else {
    runs.push(runVitest('Unit tests', ['--project', 'unit'], {}));
    runs.push(runVitest('End-to-end tests on the sources', ['--project', 'e2e'], { PARLEY_FORM: 'source' }));
    runs.push(
      run('Build of the published form', 'tsc', ['-b', 'tsconfig.build.json'], {}) === 0
        ? runVitest('End-to-end tests on the published form', ['--project', 'e2e'], { PARLEY_FORM: 'dist' })
        : { passed: 0, failed: 1, skipped: 0 },
    );
  }
  const counts = sumCounts(runs);
  console.log(`\n${formatCounts(counts)}`);
  process.exitCode = counts.failed === 0 && counts.passed > 0 ? 0 : 1;
}

function runVitest(title: string, args: readonly string[], env: Record<string, string>): TestCounts {
  const directory = mkdtempSync(join(tmpdir(), 'parley-tests-'));
  try {
    const countsFile = join(directory, 'counts');
    const status = run(title, 'vitest', ['run', ...args], { ...env, PARLEY_TEST_COUNTS: countsFile });
    const counts = readCounts(countsFile) ?? { passed: 0, failed: 0, skipped: 0 };
    // A run that ends badly without a failed test (it crashed, or found no test) is a failure too.
    return status !== 0 && counts.failed === 0 ? { ...counts, failed: 1 } : counts;
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

function readCounts(path: string): TestCounts | undefined {
  try {
    return parseCounts(readFileSync(path, 'utf8'));
  } catch {
    return undefined;
  }
}

function run(title: string, command: string, args: readonly string[], env: Record<string, string>): number {
  console.log(`\n== ${title}`);
  const { status } = spawnSync(command, args, { stdio: 'inherit', env: { ...process.env, ...env } });
  return status ?? 1;
}

main(process.argv.slice(2));
