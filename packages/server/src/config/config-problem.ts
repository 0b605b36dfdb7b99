import type { ErrorCode } from '@parley/protocol';
import { AppError } from '../kernel/app-error.ts';

/** The codes that a configuration can fail with. */
export type ConfigProblemCode = Extract<
  ErrorCode,
  'config_invalid' | 'config_unknown_key' | 'config_file_unreadable' | 'secret_weak' | 'not_supported_yet'
>;

/** One thing that is wrong with the configuration. Neither text ever holds any part of a secret. */
export interface ConfigProblem {
  readonly code: ConfigProblemCode;
  /** Full sentence: which option, where it was set, what was given, what is accepted. */
  readonly message: string;
  /** What to do, when it is more exact than the catalogue's remedy. */
  readonly remedy?: string;
}

/** One error for all problems. Its code is the first one's; `details.problems` lists them all. */
export function configError(problems: readonly [ConfigProblem, ...ConfigProblem[]]): AppError {
  const [first] = problems;
  const messages = problems.map(({ message }) => message);
  const remedies = new Set(problems.map(({ code, remedy }) => remedy ?? new AppError(code).remedy));
  return new AppError(first.code, {
    message:
      problems.length === 1
        ? first.message
        : [`The configuration has ${problems.length} faults.`, ...messages].join('\n- '),
    remedy: [...remedies].join('\n'),
    details: { problems },
  });
}
