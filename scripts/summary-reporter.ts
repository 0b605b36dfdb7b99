import { writeFileSync } from 'node:fs';
import type { Reporter, TestModule } from 'vitest/node';

/** Leaves the counts of one run in the file that PARLEY_TEST_COUNTS names, for `run-tests.ts` to add up. */
export class SummaryReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly unknown[]): void {
    const path = process.env['PARLEY_TEST_COUNTS'];
    if (path === undefined) return;
    let [passed, failed, skipped] = [0, unhandledErrors.length, 0];
    for (const module of modules) {
      const tests = [...module.children.allTests()];
      const failures = tests.filter((test) => test.result().state === 'failed').length;
      passed += tests.filter((test) => test.result().state === 'passed').length;
      skipped += tests.filter((test) => test.result().state === 'skipped').length;
      // A file that did not load, or whose hooks failed, has no failed test to show for it.
      failed += failures === 0 && module.state() === 'failed' ? 1 : failures;
    }
    writeFileSync(path, `${passed} ${failed} ${skipped}\n`);
  }
}
