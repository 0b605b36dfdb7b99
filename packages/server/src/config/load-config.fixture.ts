import { AppError } from '../kernel/app-error.ts';
import type { ConfigProblem } from './config-problem.ts';
import { type ConfigInput, type LoadedConfig, loadConfig } from './load-config.ts';

/** Loads a configuration from what a test gives and nothing else; `files` are by absolute path. */
export function loadFrom(input: ConfigInput & { readonly files?: Readonly<Record<string, string>> }): LoadedConfig {
  const { files = {}, ...rest } = input;
  return loadConfig({ env: {}, cwd: '/srv/parley', readFile: (path) => files[path], ...rest });
}

/** The error that a configuration fails with; fails the test when it does not fail. */
export function failureOf(input: Parameters<typeof loadFrom>[0]): AppError & { readonly problems: ConfigProblem[] } {
  try {
    loadFrom(input);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return Object.assign(error, { problems: error.details?.['problems'] as ConfigProblem[] });
  }
  throw new Error('The configuration was accepted.');
}
