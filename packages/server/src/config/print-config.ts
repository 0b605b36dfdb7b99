import { fingerprint, parseSecret } from '@parley/tokens';
import type { SourceKind } from './candidate.ts';
import type { LoadedConfig } from './load-config.ts';
import type { Config } from './normalize.ts';
import { type OptionRow, optionKey } from './option-row.ts';
import { isOptionKey, OPTION_ROWS, type OptionKey } from './option-table.ts';
import { SecretText } from './secret-text.ts';
import { formatSessionPolicy } from './session-policy.ts';

/** One effective option, safe to show. */
export interface ConfigLine {
  readonly name: string;
  readonly key: OptionKey;
  /** Typed as configured; `null` when not set. Of a secret only its fingerprint, or that it is set. */
  readonly value: string | number | boolean | readonly string[] | null;
  readonly source: SourceKind;
  readonly detail: string;
  /** Weaker places that set it too, and lost. */
  readonly shadowed: readonly string[];
}

/** The effective configuration in table order, with the source of each value. Holds no secret. */
export function describeConfig({ config, sources }: LoadedConfig): readonly ConfigLine[] {
  return OPTION_ROWS.flatMap((row) => {
    const key = optionKey(row.name);
    if (!isOptionKey(key)) return [];
    const { kind: source, detail, shadowed } = sources[key];
    return [{ name: row.name, key, value: shownValue(row, config, key), source, detail, shadowed }];
  });
}

/** The lines as text columns: name, value, source. */
export function formatConfigTable(lines: readonly ConfigLine[]): string {
  const cells = lines.map((line) => [line.name, valueText(line.value), sourceText(line)] as const);
  const widths = [0, 1].map((column) => Math.max(...cells.map((row) => row[column as 0 | 1].length)));
  return cells
    .map(([name, value, source]) => `${name.padEnd(widths[0] ?? 0)}  ${value.padEnd(widths[1] ?? 0)}  ${source}`)
    .join('\n');
}

function shownValue(row: OptionRow, config: Config, key: OptionKey): ConfigLine['value'] {
  if (key === 'sessionPolicy') return formatSessionPolicy(config.sessionPolicy);
  const value = config[key];
  if (value === undefined) return null;
  return value instanceof SecretText ? shownSecret(row, value.reveal()) : value;
}

/**
 * Keys of 32 bytes or more show their fingerprint, which two hosts can compare. Other secrets never do: the fingerprint
 * of a URL with a short password in it would tell whoever guesses the password that the guess is right.
 */
function shownSecret(row: OptionRow, text: string): string {
  const print = row.type === 'secret' ? fingerprint(parseSecret(text).bytes) : undefined;
  return print === undefined ? `set, ${[...text].length} characters` : `set, fingerprint ${print}`;
}

function valueText(value: ConfigLine['value']): string {
  if (value === null) return 'not set';
  if (typeof value === 'boolean') return value ? 'on' : 'off';
  if (typeof value === 'object') return value.length === 0 ? 'none' : value.join(',');
  return String(value);
}

function sourceText({ source, detail, shadowed }: ConfigLine): string {
  const place = source === 'default' ? 'default' : `${source}: ${detail}`;
  return shadowed.length === 0 ? place : `${place} (also set, without effect, in ${shadowed.join(' and ')})`;
}
