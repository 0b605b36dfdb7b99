/** How many tests ended how. A test file that could not run, and an error outside of any test, count as failed. */
export interface TestCounts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/** The sum of several runs. */
export function sumCounts(runs: readonly TestCounts[]): TestCounts {
  return runs.reduce(
    (sum, run) => ({
      passed: sum.passed + run.passed,
      failed: sum.failed + run.failed,
      skipped: sum.skipped + run.skipped,
    }),
    { passed: 0, failed: 0, skipped: 0 },
  );
}

/** The lines that end a run: `N passed, N failed` alone on its line. */
export function formatCounts({ passed, failed, skipped }: TestCounts): string {
  const lines = [`${passed} passed, ${failed} failed`];
  if (skipped > 0) lines.unshift(`${skipped} skipped`);
  return lines.join('\n');
}

/** Reads what {@link SummaryReporter} wrote; `undefined` when the run broke off before. */
export function parseCounts(text: string): TestCounts | undefined {
  const [, passed, failed, skipped] = /^(\d+) (\d+) (\d+)$/.exec(text.trim()) ?? [];
  return passed === undefined
    ? undefined
    : { passed: Number(passed), failed: Number(failed), skipped: Number(skipped) };
}
