import type { ConfigProblem } from './config-problem.ts';
import type { OptionKey } from './option-table.ts';

/** Where a value came from, weakest first. */
export type SourceKind = 'default' | 'file' | 'env' | 'flag';

/** One place that sets an option. */
export interface Candidate {
  readonly key: OptionKey;
  readonly kind: Exclude<SourceKind, 'default'>;
  /** The place: `the environment`, `/srv/.env`, `/srv/parley.config.json`, `--port`. */
  readonly detail: string;
  /** The file it stands in, if it does. */
  readonly path: string | undefined;
  /** What a relative path is relative to. */
  readonly baseDir: string;
  /** Text, or JSON from the configuration file; not yet checked. */
  readonly given: unknown;
}

/** What one source sets, and what of it could not be understood. */
export interface Reading {
  readonly candidates: readonly Candidate[];
  readonly problems: readonly ConfigProblem[];
}

/** The text of a file, `undefined` when there is none. Throws when it is there but cannot be read. */
export type ReadFile = (path: string) => string | undefined;

/** To stand in parentheses after the name of an option: `set in /srv/.env`. */
export function whereSet({ kind, detail }: Candidate): string {
  return kind === 'flag' ? `given by ${detail}` : `set in ${detail}`;
}
