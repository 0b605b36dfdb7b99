import { join, resolve } from 'node:path';
import { parseEnv } from 'node:util';
import type { ReadFile, Reading } from './candidate.ts';
import { readConfigFile } from './read-config-file.ts';
import { type ConfigFlags, readFlags } from './read-flags.ts';
import { CONFIG_VARIABLE, readVariables } from './read-variables.ts';

/** Where the configuration may come from. */
export interface SourceInput {
  readonly flags: ConfigFlags;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly readFile: ReadFile;
}

/** Everything that is set, weakest first: configuration file, `.env` in the working directory, environment, flags. */
export function readSources({ flags, env, cwd, readFile }: SourceInput): Reading {
  const dotEnv = readDotEnv(join(cwd, '.env'), readFile);
  const configPath = flags.config ?? env[CONFIG_VARIABLE] ?? dotEnv.variables[CONFIG_VARIABLE];
  const named = typeof configPath === 'string' && configPath !== '' ? resolve(cwd, configPath) : undefined;
  const readings = [
    readConfigFile(named, cwd, readFile),
    { candidates: [], problems: dotEnv.problems },
    readVariables({ variables: dotEnv.variables, name: dotEnv.path, path: dotEnv.path, baseDir: cwd }),
    readVariables({ variables: env, name: 'the environment', path: undefined, baseDir: cwd }),
    readFlags(flags, cwd),
  ];
  return {
    candidates: readings.flatMap(({ candidates }) => candidates),
    problems: readings.flatMap(({ problems }) => problems),
  };
}

interface DotEnv extends Pick<Reading, 'problems'> {
  readonly path: string;
  readonly variables: Readonly<Record<string, string | undefined>>;
}

function readDotEnv(path: string, readFile: ReadFile): DotEnv {
  try {
    return { path, variables: parseEnv((readFile(path) ?? '').replace(/^\ufeff/, '')), problems: [] };
  } catch (error) {
    const why = (error as NodeJS.ErrnoException).code ?? 'it is no text file';
    return {
      path,
      variables: {},
      problems: [{ code: 'config_file_unreadable', message: `${path} cannot be used: ${why}.` }],
    };
  }
}
