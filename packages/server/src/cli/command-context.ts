import type { Command } from 'commander';
import type { LoadedConfig } from '../config/load-config.ts';
import type { Terminal } from './terminal.ts';

/** What every command gets. */
export interface CommandContext {
  /** Runs an action with the configuration that the command's flags choose. Failures are printed; the result is the exit code. */
  run(action: (loaded: LoadedConfig, terminal: Terminal) => Promise<number>): (command: Command) => Promise<void>;
}
