import { AppError } from '../kernel/app-error.ts';

/** Exit codes: done, could not be done, not understood. */
export const EXIT = { ok: 0, failed: 1, usage: 2 } as const;

/** Where a command writes. Results go to `out`, everything else to `err`. */
export interface Terminal {
  readonly isJson: boolean;
  /** Prints a result: as text for people, or the value with `--json`. */
  result(value: unknown, text: string): void;
  /** Prints a failure and returns the exit code for it. */
  failure(failure: unknown): number;
  /** Prints a remark for people; left out with `--json`. */
  remark(text: string): void;
}

/** The process's own terminal. */
export function createTerminal(isJson: boolean): Terminal {
  return {
    isJson,
    result: (value, text) => {
      process.stdout.write(isJson ? `${JSON.stringify(value)}\n` : `${text}\n`);
    },
    failure: (failure) => {
      const error = AppError.from(failure);
      const { code, message, remedy } = error;
      if (isJson) process.stdout.write(`${JSON.stringify({ error: { code, message, remedy } })}\n`);
      else process.stderr.write(`${message}\n${remedy}\n(${code})\n`);
      // a fault of ours, not of the user's: only then is a stack of any use
      if (code === 'internal')
        process.stderr.write(`${String((error.cause as Error | undefined)?.stack ?? error.cause)}\n`);
      return code === 'usage' || code.startsWith('config_') || code === 'secret_weak' ? EXIT.usage : EXIT.failed;
    },
    remark: (text) => {
      if (!isJson) process.stderr.write(`${text}\n`);
    },
  };
}
