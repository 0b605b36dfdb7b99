import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { type Candidate, type SourceKind, whereSet } from './candidate.ts';
import { type ConfigProblem, configError } from './config-problem.ts';
import { type Config, normalize } from './normalize.ts';
import { type OptionRow, optionKey } from './option-row.ts';
import { isOptionKey, OPTION_ROWS, type OptionKey, type OptionValues } from './option-table.ts';
import { acceptedValues, parseValue } from './parse-value.ts';
import { readSources, type SourceInput } from './read-sources.ts';

/** Where the configuration is looked for; what is left out is the process's own. */
export interface ConfigInput extends Partial<SourceInput> {}

/** Which place decided an option. */
export interface OptionSource {
  readonly kind: SourceKind;
  /** The place in words. */
  readonly detail: string;
  /** Weaker places that set it too, and lost. */
  readonly shadowed: readonly string[];
}

/** A configuration that can be started with, and where each part of it came from. */
export interface LoadedConfig {
  readonly config: Config;
  readonly sources: Readonly<Record<OptionKey, OptionSource>>;
  /** Full sentences for the operator, to be logged once. */
  readonly warnings: readonly string[];
}

/**
 * Loads the configuration: defaults, then the configuration file, then the environment (with `.env` behind it), then
 * flags. The result is deep-frozen.
 * @throws {AppError} one error for everything that is wrong; `details.problems` lists each. It holds no part of a secret.
 */
export function loadConfig(input: ConfigInput = {}): LoadedConfig {
  const { flags = {}, env = process.env, cwd = process.cwd(), readFile = readTextFile } = input;
  const { candidates, problems: unread } = readSources({ flags, env, cwd, readFile });
  const setting = Map.groupBy(candidates, ({ key }) => key);
  const problems = [...unread];
  const values: Record<string, unknown> = {};
  const refused = new Set<string>();
  for (const row of OPTION_ROWS) {
    const key = optionKey(row.name);
    if (!isOptionKey(key)) continue;
    const winner = setting.get(key)?.at(-1);
    const given = winner === undefined ? undefined : parseValue(row, winner.given, winner.baseDir);
    if (winner !== undefined && given?.ok === false) {
      problems.push(invalidValue(row, winner));
      refused.add(key);
    }
    values[key] = given?.ok ? given.value : defaultOf(row, cwd);
  }
  const winnerOf = (key: OptionKey): Candidate | undefined => setting.get(key)?.at(-1);
  const normalized = normalize(values as OptionValues, { winnerOf, refused, cwd });
  const [first, ...others] = [...problems, ...normalized.problems];
  if (first !== undefined) throw configError([first, ...others]);
  return deepFreeze({ config: normalized.config, sources: describeSources(setting), warnings: normalized.warnings });
}

function defaultOf(row: OptionRow, cwd: string): unknown {
  const value = 'default' in row ? row.default : undefined;
  return row.type === 'path' && row.default !== undefined ? resolve(cwd, row.default) : value;
}

const LONGEST_SHOWN = 60;

function invalidValue(row: OptionRow, winner: Candidate): ConfigProblem {
  const shown = JSON.stringify(winner.given) ?? 'nothing';
  const cut = shown.length > LONGEST_SHOWN ? `${shown.slice(0, LONGEST_SHOWN)}...` : shown;
  const what = row.secret ? 'a value it cannot have' : cut;
  return {
    code: 'config_invalid',
    message: `${row.name} is ${what} (${whereSet(winner)}). It takes ${acceptedValues(row)}.`,
  };
}

function describeSources(setting: ReadonlyMap<OptionKey, readonly Candidate[]>): Record<OptionKey, OptionSource> {
  const sources: Partial<Record<OptionKey, OptionSource>> = {};
  for (const { name } of OPTION_ROWS) {
    const key = optionKey(name);
    if (!isOptionKey(key)) continue;
    const [winner, ...losers] = (setting.get(key) ?? []).toReversed();
    const shadowed = losers.map(({ detail }) => detail);
    sources[key] = { kind: winner?.kind ?? 'default', detail: winner?.detail ?? 'default', shadowed };
  }
  return sources as Record<OptionKey, OptionSource>;
}

function readTextFile(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    Object.values(value).forEach(deepFreeze);
  }
  return value;
}
