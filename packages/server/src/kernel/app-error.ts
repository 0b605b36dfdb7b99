import { type ErrorCode, type ErrorRow, errorRow } from '@parley/protocol';

/** What may be told beside the code. Never secrets, never text of foreign errors. */
export interface AppErrorOptions {
  /** Replaces the catalogue's sentence by a more exact one. */
  readonly message?: string;
  /** Replaces the catalogue's remedy by a more exact one. */
  readonly remedy?: string;
  readonly retryAfterMs?: number;
  /** Structured facts for the log and for problem+json. */
  readonly details?: Readonly<Record<string, unknown>>;
  readonly cause?: unknown;
}

/** The only error that crosses a module boundary: a row of the catalogue, made exact for one case. */
export class AppError extends Error {
  readonly code: ErrorCode;
  readonly remedy: string;
  readonly retryAfterMs: number | undefined;
  readonly details: Readonly<Record<string, unknown>> | undefined;

  constructor(code: ErrorCode, options: AppErrorOptions = {}) {
    const row = errorRow(code);
    super(options.message ?? row.message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'AppError';
    this.code = code;
    this.remedy = options.remedy ?? row.remedy;
    this.retryAfterMs = options.retryAfterMs;
    this.details = options.details;
  }

  /** The catalogue row of this error. */
  get row(): ErrorRow {
    return errorRow(this.code);
  }

  /** Wraps whatever was thrown, once, at the edge: an AppError stays itself, anything else becomes `internal`. */
  static from(thrown: unknown): AppError {
    return thrown instanceof AppError ? thrown : new AppError('internal', { cause: thrown });
  }
}
