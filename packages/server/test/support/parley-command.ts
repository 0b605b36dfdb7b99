import { fileURLToPath } from 'node:url';

const packageRoot = fileURLToPath(new URL('../../', import.meta.url));

/** The form of the server under test: its sources, or what is published. `PARLEY_FORM` chooses. */
export const FORM: 'source' | 'dist' = process.env['PARLEY_FORM'] === 'dist' ? 'dist' : 'source';

/** Program and arguments that run `parley` with these arguments. */
export function parleyCommand(args: readonly string[]): readonly [program: string, ...args: string[]] {
  if (FORM === 'dist') return [process.execPath, `${packageRoot}dist/main.js`, ...args];
  return [process.execPath, '--conditions=parley-source', `${packageRoot}src/main.ts`, ...args];
}

const INHERITED = ['PATH', 'HOME', 'TMPDIR', 'LANG', 'NODE_COMPILE_CACHE'] as const;

/** The environment of a `parley` process: what every program needs, and nothing that configures this one by chance. */
export function parleyEnvironment(settings: Readonly<Record<string, string>>): Record<string, string> {
  const inherited = INHERITED.flatMap((name) => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, value]];
  });
  return { ...Object.fromEntries(inherited), ...settings };
}
