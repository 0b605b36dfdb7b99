import { spawnSync } from 'node:child_process';

/**
 * Whether a program that a test needs is here. On a developer's machine the test is skipped, and says so; where `CI` is
 * set it runs and fails, so that nothing goes unexamined there.
 */
export function hasProgram(command: readonly [string, ...string[]], what: string): boolean {
  const [program, ...args] = command;
  if (spawnSync(program, args, { stdio: 'ignore' }).status === 0 || process.env['CI'] !== undefined) return true;
  process.stderr.write(`\nSKIPPED: tests that need ${what}, which is not on this machine.\n`);
  return false;
}
