import { type OptionRow, optionFlag, optionKey } from './option-row.ts';
import { isOptionKey, OPTION_TABLE, type OptionKey } from './option-table.ts';
import { acceptedValues } from './parse-value.ts';
import type { ConfigFlags } from './read-flags.ts';

/** One option as a flag of the command line. */
export interface OptionFlag {
  readonly key: OptionKey;
  readonly heading: string;
  /** `--payload-max-bytes <bytes>` */
  readonly syntax: string;
  /** What it does, what it takes and its default. */
  readonly help: string;
}

/** Every option that may stand on the command line, in table order. Secrets may not. */
export const OPTION_FLAGS: readonly OptionFlag[] = OPTION_TABLE.flatMap(({ heading, options }) =>
  options.flatMap((row) => toFlag(heading, row)),
);

/** Takes the options out of what a command line parser collected, and `config`, the configuration file. */
export function pickFlags(parsed: Readonly<Record<string, unknown>>): ConfigFlags {
  return Object.fromEntries(Object.entries(parsed).filter(([key]) => key === 'config' || isOptionKey(key)));
}

/** A default as it would be written in the environment; `undefined` when there is none. */
export function defaultText(row: OptionRow): string | undefined {
  if (!('default' in row)) return undefined;
  if (row.type === 'boolean') return row.default ? 'on' : 'off';
  return row.type === 'list' ? row.default.join(',') : String(row.default);
}

function toFlag(heading: string, row: OptionRow): OptionFlag[] {
  const key = optionKey(row.name);
  if (row.secret || !isOptionKey(key)) return [];
  const fallback = defaultText(row) || 'none';
  const help = `${row.doc} Takes ${acceptedValues(row)}. Default: ${fallback}.`;
  return [{ key, heading, syntax: `${optionFlag(row.name)} <${placeholder(row)}>`, help }];
}

function placeholder(row: OptionRow): string {
  if (row.type === 'boolean') return 'on|off';
  if (row.type === 'enum') return row.values.join('|');
  if (row.type === 'integer') return row.unit?.replaceAll(' ', '-') ?? 'number';
  return row.type === 'string' ? 'text' : row.type;
}
