import type { Candidate, Reading } from './candidate.ts';
import type { ConfigProblem } from './config-problem.ts';
import { optionFlag } from './option-row.ts';
import { findOption, isOptionKey, type OptionKey } from './option-table.ts';
import { unknownSetting } from './unknown-setting.ts';

/** Flags by option key, as a command line gives them; `config` names the configuration file. */
export type ConfigFlags = Readonly<Partial<Record<OptionKey | 'config', unknown>>>;

/** Reads the options from flags. Secrets are refused there: every user of a machine can read its command lines. */
export function readFlags(flags: ConfigFlags, baseDir: string): Reading {
  const candidates: Candidate[] = [];
  const problems: ConfigProblem[] = [];
  for (const [key, given] of Object.entries(flags)) {
    if (given === undefined || key === 'config') continue;
    const row = findOption(key);
    if (row === undefined || !isOptionKey(key)) problems.push(unknownSetting(key, 'the command line', 'key'));
    else if (row.secret) problems.push(secretOnCommandLine(row.name));
    else candidates.push({ key, kind: 'flag', detail: optionFlag(row.name), path: undefined, baseDir, given });
  }
  return { candidates, problems };
}

function secretOnCommandLine(name: string): ConfigProblem {
  return {
    code: 'config_invalid',
    message: `${name} was given on the command line, which every user of the machine can read.`,
    remedy: `Set ${name} in the environment, in .env or in the configuration file.`,
  };
}
