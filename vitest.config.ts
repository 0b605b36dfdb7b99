import { defineConfig } from 'vitest/config';
import { SummaryReporter } from './scripts/summary-reporter.ts';

const conditions = ['parley-source'];
const shared = {
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: conditions } },
};

/** `unit` runs beside the source in milliseconds; `e2e` starts real servers on loopback, from source or (PARLEY_FORM=dist) from the published form. */
export default defineConfig({
  test: {
    reporters: ['default', new SummaryReporter()],
    projects: [
      {
        ...shared,
        test: {
          name: 'unit',
          include: ['packages/*/src/**/*.test.ts', 'scripts/**/*.test.ts', 'bench/**/*.test.ts'],
          execArgv: ['--conditions=parley-source'],
          testTimeout: 20_000,
        },
      },
      {
        ...shared,
        test: {
          name: 'e2e',
          // real processes and a real browser on a shared machine: two more tries there, none at a desk
          retry: process.env['CI'] === undefined ? 0 : 2,
          include: ['packages/server/test/e2e/**/*.test.ts'],
          execArgv: ['--conditions=parley-source'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
          maxWorkers: 2,
        },
      },
    ],
  },
});
