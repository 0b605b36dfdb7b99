import { parleyCommand, parleyEnvironment } from './parley-command.ts';
import { type Ran, type RunOptions, runProgram } from './run-program.ts';

/** What a command gets: settings, of which nothing is inherited, and a working directory without configuration files. */
export interface ParleyOptions extends RunOptions {
  readonly dataDir: string;
}

const STACK = /\n\s+at .*:\d+:\d+/;

/** Runs a command to its end. @throws Error when it hangs, or shows anybody a stack trace */
export async function runParley(args: readonly string[], options: ParleyOptions): Promise<Ran> {
  const env = parleyEnvironment({ DATA_DIR: options.dataDir, ...options.env });
  const ran = await runProgram(parleyCommand(args), { cwd: '/', ...options, env });
  if (ran.signal !== null) throw new Error(`parley ${args.join(' ')} was ended by ${ran.signal}.`);
  if (STACK.test(ran.stdout + ran.stderr)) throw new Error(`parley ${args.join(' ')} shows a stack: ${ran.stderr}`);
  return ran;
}

/** The one line of JSON that a command prints with `--json`. @throws Error when it prints anything else */
export async function runParleyJson(args: readonly string[], options: ParleyOptions): Promise<unknown> {
  const { stdout, stderr } = await runParley([...args, '--json'], options);
  if (stderr !== '' || !/^[{[].*[}\]]\n$/.test(stdout)) throw new Error(`No line of JSON: ${stdout}${stderr}`);
  return JSON.parse(stdout) as unknown;
}
