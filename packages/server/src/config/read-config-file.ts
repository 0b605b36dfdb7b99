import { dirname, join } from 'node:path';
import type { Candidate, ReadFile, Reading } from './candidate.ts';
import type { ConfigProblem } from './config-problem.ts';
import { isOptionKey } from './option-table.ts';
import { unknownSetting } from './unknown-setting.ts';

const DEFAULT_NAME = 'parley.config.json';

/**
 * Reads `parley.config.json` from the working directory, or the file that was named.
 * @param named absolute path; this file must be there, the default one need not.
 */
export function readConfigFile(named: string | undefined, cwd: string, readFile: ReadFile): Reading {
  const path = named ?? join(cwd, DEFAULT_NAME);
  let text: string | undefined;
  try {
    text = readFile(path);
  } catch (error) {
    return unreadable(path, (error as NodeJS.ErrnoException).code ?? 'it is no text file');
  }
  if (text !== undefined) return parseConfigFile(path, text);
  return named === undefined ? { candidates: [], problems: [] } : unreadable(path, 'there is no such file');
}

function parseConfigFile(path: string, text: string): Reading {
  let settings: unknown;
  try {
    settings = JSON.parse(text.replace(/^\ufeff/, ''));
  } catch (error) {
    return unreadable(path, `it is not JSON${placeOf(error as SyntaxError)}`);
  }
  if (typeof settings !== 'object' || settings === null || Array.isArray(settings)) {
    return unreadable(path, 'it does not hold one JSON object');
  }
  const candidates: Candidate[] = [];
  const problems: ConfigProblem[] = [];
  for (const [key, given] of Object.entries(settings)) {
    if (isOptionKey(key)) candidates.push({ key, kind: 'file', detail: path, path, baseDir: dirname(path), given });
    else problems.push(unknownSetting(key, path, 'key'));
  }
  return { candidates, problems };
}

/** Only the position: the message of a SyntaxError quotes the text around it, which may be a secret. */
function placeOf(error: SyntaxError): string {
  const [place] = /line \d+ column \d+/.exec(error.message) ?? [];
  return place === undefined ? '' : ` (${place})`;
}

function unreadable(path: string, why: string): Reading {
  return {
    candidates: [],
    problems: [{ code: 'config_file_unreadable', message: `${path} cannot be used: ${why}.` }],
  };
}
