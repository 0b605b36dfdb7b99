import type { Candidate, Reading } from './candidate.ts';
import { optionKey } from './option-row.ts';
import { isOptionKey, OPTION_ROWS } from './option-table.ts';
import { unknownSetting } from './unknown-setting.ts';

/** Names the configuration file; the only variable that is not an option. */
export const CONFIG_VARIABLE = 'PARLEY_CONFIG';

/**
 * `PARLEY_...` names that are not ours to judge: what an orchestrator sets for a service called "parley"
 * (`PARLEY_SERVICE_HOST`, `PARLEY_PORT_3001_TCP`), and what this repository's own tests use.
 */
const FOREIGN_NAME = /^PARLEY_(?:SERVICE_HOST|SERVICE_PORT(?:_.+)?|PORT_\d+_(?:TCP|UDP)(?:_.+)?|TEST_.+|FORM)$/;

/** The variables of one place, and where that is. */
export interface VariablePlace {
  readonly variables: Readonly<Record<string, string | undefined>>;
  /** To stand after "in": `the environment`, `/srv/.env`. */
  readonly name: string;
  readonly path: string | undefined;
  readonly baseDir: string;
}

/**
 * Reads the options from environment variables. Variables of other programs are ignored, but `PARLEY_...` must be
 * known. An empty variable is an option left out, as compose files and templates write it; only key material is kept
 * when empty, because there it is a fault to be told about.
 */
export function readVariables({ variables, name: place, path, baseDir }: VariablePlace): Reading {
  const candidates: Candidate[] = [];
  const problems = Object.entries(variables)
    .filter(([name, given = '']) => isUnknown(name, given))
    .map(([name]) => unknownSetting(name, place, 'variable'));
  for (const row of OPTION_ROWS) {
    const given = variables[row.name];
    const key = optionKey(row.name);
    if (given === undefined || (row.type !== 'secret' && given.trim() === '')) continue;
    if (isOptionKey(key)) candidates.push({ key, kind: 'env', detail: place, path, baseDir, given });
    else problems.push(unknownSetting(row.name, place, 'variable'));
  }
  return { candidates, problems };
}

function isUnknown(name: string, given: string): boolean {
  if (!name.startsWith('PARLEY_') || name === CONFIG_VARIABLE || FOREIGN_NAME.test(name)) return false;
  // PARLEY_PORT=tcp://10.0.0.7:3001 comes from an orchestrator; any other value is somebody's typing.
  return !(name === 'PARLEY_PORT' && /^(?:tcp|udp):\/\//.test(given));
}
