import { resolve } from 'node:path';
import { ITEM_RULES } from './list-item.ts';
import type { OptionRow } from './option-row.ts';
import { SecretText } from './secret-text.ts';

/** A value of the option's type, or nothing when what was given is not one. */
export type ParsedValue = { readonly ok: true; readonly value: unknown } | { readonly ok: false };

const refused: ParsedValue = { ok: false };
type ListRow = Extract<OptionRow, { type: 'list' }>;

/**
 * Reads what was given for one option: text from the environment and from flags, JSON from the configuration file.
 * @param baseDir what a relative path is relative to.
 */
export function parseValue(row: OptionRow, given: unknown, baseDir: string): ParsedValue {
  if (row.type === 'integer') return parseInteger(given, row.min, row.max);
  if (row.type === 'boolean') return parseBoolean(given);
  if (row.type === 'list') return parseList(row, given);
  if (typeof given !== 'string') return refused;
  if (row.type === 'secret') return accepted(new SecretText(given));
  const text = given.trim();
  if (text === '' || /\p{Cc}/u.test(text)) return refused;
  if (row.type === 'enum') return row.values.includes(text) ? accepted(text) : refused;
  if (row.type === 'path') return accepted(resolve(baseDir, text));
  return accepted(row.secret ? new SecretText(text) : text);
}

/** What an option takes, to stand after "It takes". */
export function acceptedValues(row: OptionRow): string {
  switch (row.type) {
    case 'integer':
      return `a whole number from ${row.min} to ${row.max}${row.unit === undefined ? '' : ` (${row.unit})`}`;
    case 'boolean':
      return '`on` or `off`';
    case 'enum':
      return oneOf(row.values);
    case 'list':
      return `a comma-separated list of ${row.values === undefined ? ITEM_RULES[row.items].accepts : oneOf(row.values)}`;
    case 'path':
      return 'a path';
    default:
      return 'a text that is not empty';
  }
}

function parseInteger(given: unknown, min: number, max: number): ParsedValue {
  const text = typeof given === 'number' ? String(given) : typeof given === 'string' ? given.trim() : '';
  const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
  return value >= min && value <= max ? accepted(value) : refused;
}

const SPELLINGS: ReadonlyMap<unknown, boolean> = new Map<unknown, boolean>([
  [true, true],
  [false, false],
  ['on', true],
  ['off', false],
  ['true', true],
  ['false', false],
  ['1', true],
  ['0', false],
]);

function parseBoolean(given: unknown): ParsedValue {
  const value = SPELLINGS.get(typeof given === 'string' ? given.trim().toLowerCase() : given);
  return value === undefined ? refused : accepted(value);
}

function parseList(row: ListRow, given: unknown): ParsedValue {
  const texts: readonly unknown[] = Array.isArray(given) ? given : [given];
  if (!texts.every((text) => typeof text === 'string')) return refused;
  const items = texts.flatMap((text) => text.split(',')).map((text) => text.trim());
  const values = items.filter((item) => item !== '').map((item) => parseItem(row, item));
  return values.includes(undefined) ? refused : accepted([...new Set(values)]);
}

function parseItem(row: ListRow, item: string): string | undefined {
  if (row.values !== undefined && !row.values.includes(item)) return undefined;
  return ITEM_RULES[row.items].parse(item);
}

function oneOf(values: readonly string[]): string {
  const quoted = values.map((value) => `\`${value}\``);
  return quoted.length < 2 ? quoted.join('') : `${quoted.slice(0, -1).join(', ')} or ${quoted.at(-1)}`;
}

function accepted(value: unknown): ParsedValue {
  return { ok: true, value };
}
