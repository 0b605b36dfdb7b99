import { text as readText } from 'node:stream/consumers';
import type { Command } from 'commander';
import type { CommandContext } from './command-context.ts';
import { EXIT, type Terminal } from './terminal.ts';

interface UserView {
  readonly id: string;
  readonly username: string | null;
  readonly issuer: string;
  readonly roles: readonly string[];
  readonly disabled: boolean;
}

/** `parley user add|passwd|list` */
export function addUserCommands(program: Command, context: CommandContext): void {
  const user = program.command('user').description('Local users.');
  user
    .command('add <username>')
    .description('Add a user. Without --password-stdin a password is made and printed once.')
    .option('--name <name>', 'name that others see')
    .option('--admin', 'give the role admin')
    .option('--password-stdin', 'read the password from standard input')
    .addHelpText(
      'after',
      '\nExamples:\n  parley user add ann\n  pass show parley/bob | parley user add bob --password-stdin',
    )
    .action((username: string, flags: AddFlags, command: Command) =>
      context.run(async ({ config }, terminal) => {
        const password = flags.passwordStdin === true ? await readPassword() : undefined;
        const { administer } = await import('./administer.ts');
        const args = { username, password, name: flags.name, roles: flags.admin === true ? ['admin'] : [] };
        const made = (await administer(config, 'user add', args)) as { user: UserView; password: string };
        return printUser(terminal, 'Added', made, password !== undefined);
      })(command),
    );
  user
    .command('passwd <username>')
    .description('Set a new password and end all sessions of the user.')
    .option('--password-stdin', 'read the password from standard input')
    .addHelpText('after', '\nExample:\n  parley user passwd ann')
    .action((username: string, flags: AddFlags, command: Command) =>
      context.run(async ({ config }, terminal) => {
        const password = flags.passwordStdin === true ? await readPassword() : undefined;
        const { administer } = await import('./administer.ts');
        const made = (await administer(config, 'user passwd', { username, password })) as {
          user: UserView;
          password: string;
        };
        return printUser(terminal, 'Changed', made, password !== undefined);
      })(command),
    );
  user
    .command('list')
    .description('List all users.')
    .addHelpText('after', '\nExample:\n  parley user list --json')
    .action((_flags: object, command: Command) =>
      context.run(async ({ config }, terminal) => {
        const { administer } = await import('./administer.ts');
        const { users } = (await administer(config, 'user list', {})) as { users: readonly UserView[] };
        const { formatTable } = await import('./tables.ts');
        const rows = users.map((each) => [
          each.id,
          each.username,
          each.issuer,
          each.roles.join(' '),
          each.disabled ? 'disabled' : '',
        ]);
        terminal.result(users, formatTable(['id', 'user name', 'issuer', 'roles', ''], rows));
        return EXIT.ok;
      })(command),
    );
}

interface AddFlags {
  readonly name?: string;
  readonly admin?: boolean;
  readonly passwordStdin?: boolean;
}

function printUser(
  terminal: Terminal,
  verb: string,
  { user, password }: { readonly user: UserView; readonly password: string },
  isPasswordKnown: boolean,
): number {
  const shown = isPasswordKnown ? { user } : { user, password };
  const secret = isPasswordKnown ? '' : `\npassword: ${password}   (shown only now)`;
  terminal.result(shown, `${verb} ${user.username ?? user.id} (${user.id}).${secret}`);
  return EXIT.ok;
}

/** A password from standard input, without the line end that `echo` adds. */
async function readPassword(): Promise<string> {
  return (await readText(process.stdin)).replace(/\r?\n$/, '');
}
