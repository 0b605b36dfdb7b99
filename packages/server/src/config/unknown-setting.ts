import type { ConfigProblem } from './config-problem.ts';
import { nearestName } from './nearest-name.ts';
import type { OptionRow } from './option-row.ts';
import { optionKey } from './option-row.ts';
import { OPTION_ROWS } from './option-table.ts';

/** How a source spells options: `payloadMaxBytes` or `PAYLOAD_MAX_BYTES`. */
export type Spelling = 'key' | 'variable';

/** A setting that names no option: the nearest name, or what replaced an option that is gone. */
export function unknownSetting(
  name: string,
  place: string,
  spelling: Spelling,
  rows: readonly OptionRow[] = OPTION_ROWS,
): ConfigProblem {
  const spell = (row: OptionRow): string => (spelling === 'key' ? optionKey(row.name) : row.name);
  const gone = rows.find((row) => row.removed !== undefined && spell(row) === name);
  if (gone?.removed !== undefined) {
    return { code: 'config_invalid', message: `${name} (set in ${place}) is an option no more.`, remedy: gone.removed };
  }
  const names = rows.filter((row) => row.removed === undefined).map(spell);
  const nearest = nearestName(name, names) ?? nearestName(name.replace(/^PARLEY_/, ''), names);
  return {
    code: 'config_unknown_key',
    message: `There is no option ${name} (set in ${place}).${nearest === undefined ? '' : ` Did you mean ${nearest}?`}`,
    remedy: 'docs/configuration.md lists every option.',
  };
}
