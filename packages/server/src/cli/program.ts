import { Command, CommanderError, Option } from 'commander';
import { loadConfig } from '../config/load-config.ts';
import { OPTION_FLAGS, pickFlags } from '../config/option-flags.ts';
import { AppError } from '../kernel/app-error.ts';
import { readVersion } from '../kernel/version.ts';
import type { CommandContext } from './command-context.ts';
import { addKeyCommands } from './key-commands.ts';
import { createTerminal, EXIT } from './terminal.ts';
import { addTokenCommands } from './token-commands.ts';
import { addUserCommands } from './user-commands.ts';

/** The `parley` command. Resolves with the exit code. */
export async function runProgram(argv: readonly string[]): Promise<number> {
  let exitCode: number = EXIT.ok;
  const program = new Command('parley')
    .description('Parley: a self-hosted realtime server.')
    .version(readVersion())
    .showHelpAfterError('(--help shows what a command takes)')
    .exitOverride();
  const context: CommandContext = {
    run: (action) => async (command) => {
      const flags = command.optsWithGlobals();
      const terminal = createTerminal(flags['json'] === true);
      try {
        exitCode = await action(loadConfig({ flags: pickFlags(flags) }), terminal);
      } catch (failure) {
        exitCode = terminal.failure(failure);
      }
    },
  };
  addStartCommand(program, context);
  addConfigCommand(program, context);
  addUserCommands(program, context);
  addKeyCommands(program, context);
  addTokenCommands(program, context);
  addAuditCommand(program, context);
  for (const command of leavesOf(program)) addCommonOptions(command);
  try {
    await program.parseAsync(argv);
  } catch (failure) {
    if (!(failure instanceof CommanderError)) throw failure;
    // help and version are asked for; everything else is a wrong command line
    exitCode = failure.exitCode === 0 ? EXIT.ok : EXIT.usage;
  }
  return exitCode;
}

function addStartCommand(program: Command, context: CommandContext): void {
  const start = program
    .command('start')
    .description('Run the server until SIGTERM or SIGINT.')
    .addHelpText('after', '\nExamples:\n  parley start\n  parley start --port 8080 --data-dir /var/lib/parley');
  for (const { syntax, help } of OPTION_FLAGS) start.addOption(new Option(syntax, help));
  start.action((_flags: object, command: Command) =>
    context.run(async (loaded, terminal) => {
      const { startCommand } = await import('./start-command.ts');
      return startCommand(loaded, terminal);
    })(command),
  );
}

function addConfigCommand(program: Command, context: CommandContext): void {
  program
    .command('config')
    .description('Print the effective configuration and where each value comes from. Secrets are never printed.')
    .addHelpText('after', '\nExamples:\n  parley config\n  PORT=8080 parley config --json')
    .action((_flags: object, command: Command) =>
      context.run(async (loaded, terminal) => {
        const { describeConfig, formatConfigTable } = await import('../config/print-config.ts');
        const lines = describeConfig(loaded);
        terminal.result(lines, formatConfigTable(lines));
        for (const warning of loaded.warnings) terminal.remark(`warning: ${warning}`);
        return EXIT.ok;
      })(command),
    );
}

function addAuditCommand(program: Command, context: CommandContext): void {
  program
    .command('audit')
    .description('The record of administrative and security actions.')
    .command('verify')
    .description('Walk the whole chain and its checkpoints; exit 1 and name the first record that does not fit.')
    .addHelpText('after', '\nExample:\n  parley audit verify --json')
    .action((_flags: object, command: Command) =>
      context.run(async ({ config }, terminal) => {
        const { administer } = await import('./administer.ts');
        const verdict = (await administer(config, 'audit verify', {})) as AuditVerdictView;
        if (verdict.ok) {
          terminal.result(verdict, `The audit log is whole: ${verdict.records} records, head ${verdict.headHash}.`);
          return EXIT.ok;
        }
        if (!terminal.isJson)
          throw new AppError('audit_broken', { message: `Record ${verdict.brokenSeq}: ${verdict.problem}` });
        terminal.result(verdict, '');
        return EXIT.failed;
      })(command),
    );
}

interface AuditVerdictView {
  readonly ok: boolean;
  readonly records: number;
  readonly headHash?: string;
  readonly brokenSeq?: number;
  readonly problem?: string;
}

/** The commands that do something, not those that only hold others. */
function leavesOf(command: Command): readonly Command[] {
  return command.commands.length === 0 ? [command] : command.commands.flatMap(leavesOf);
}

/** What every command takes: machine output, and where the configuration and the data are. */
function addCommonOptions(command: Command): void {
  const has = (flag: string) => command.options.some(({ long }) => long === flag);
  if (!has('--json')) command.option('--json', 'print the result as one line of JSON');
  if (!has('--config')) command.option('--config <file>', 'configuration file instead of ./parley.config.json');
  if (!has('--data-dir')) command.option('--data-dir <path>', 'data directory of the server');
  command.exitOverride();
}
