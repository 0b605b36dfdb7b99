import type { Command } from 'commander';
import type { ApiKeyRecord } from '../ports/account-store.ts';
import type { CommandContext } from './command-context.ts';
import { EXIT } from './terminal.ts';

/** `parley key create|list|revoke` */
export function addKeyCommands(program: Command, context: CommandContext): void {
  const key = program.command('key').description('API keys, by which backends use the HTTP API.');
  key
    .command('create <name>')
    .description('Make a key. It is printed once and stored only as a hash.')
    .requiredOption('--scope <scope...>', 'what the key may do; `parley key scopes` lists them')
    .addHelpText('after', '\nExample:\n  parley key create shop-backend --scope publish users:write')
    .action((name: string, flags: { readonly scope: readonly string[] }, command: Command) =>
      context.run(async ({ config }, terminal) => {
        const { administer } = await import('./administer.ts');
        const made = (await administer(config, 'key create', { name, scopes: flags.scope })) as {
          id: string;
          secret: string;
        };
        terminal.result(made, `Made ${made.id}.\nkey: ${made.secret}   (shown only now)`);
        return EXIT.ok;
      })(command),
    );
  key
    .command('list')
    .description('List all keys, revoked ones too.')
    .addHelpText('after', '\nExample:\n  parley key list')
    .action((_flags: object, command: Command) =>
      context.run(async ({ config }, terminal) => {
        const { administer } = await import('./administer.ts');
        const { keys } = (await administer(config, 'key list', {})) as { keys: readonly ApiKeyRecord[] };
        const { formatTable } = await import('./tables.ts');
        const rows = keys.map((each) => [
          each.id,
          each.name,
          each.scopes.join(' '),
          new Date(each.createdAtMs).toISOString(),
          each.revokedAtMs === null ? '' : `revoked ${new Date(each.revokedAtMs).toISOString()}`,
        ]);
        terminal.result(keys, formatTable(['id', 'name', 'scopes', 'made', ''], rows));
        return EXIT.ok;
      })(command),
    );
  key
    .command('revoke <id>')
    .description('End a key at once.')
    .addHelpText('after', '\nExample:\n  parley key revoke key_0123456789abcdefghjk')
    .action((id: string, _flags: object, command: Command) =>
      context.run(async ({ config }, terminal) => {
        const { administer } = await import('./administer.ts');
        terminal.result(await administer(config, 'key revoke', { id }), `Revoked ${id}.`);
        return EXIT.ok;
      })(command),
    );
  key
    .command('scopes')
    .description('List what a key may be allowed to do.')
    .action((_flags: object, command: Command) =>
      context.run(async (_loaded, terminal) => {
        const { SCOPES } = await import('../features/auth/scopes.ts');
        const { formatTable } = await import('./tables.ts');
        terminal.result(SCOPES, formatTable(['scope', 'allows'], Object.entries(SCOPES)));
        return EXIT.ok;
      })(command),
    );
}
