import { explainToken } from '@parley/tokens';
import type { Command } from 'commander';
import { foreignIssuers } from '../config/foreign-issuers.ts';
import { AppError } from '../kernel/app-error.ts';
import type { CommandContext } from './command-context.ts';
import { EXIT } from './terminal.ts';

const DEFAULT_TTL_S = 3600;

/** `parley token mint|inspect` */
export function addTokenCommands(program: Command, context: CommandContext): void {
  const token = program.command('token').description('Tokens.');
  token
    .command('mint <user>')
    .description('Mint a token of this server for a user, given by user name or id.')
    .option('--ttl <seconds>', 'how long it is valid', String(DEFAULT_TTL_S))
    .addHelpText('after', '\nExample:\n  parley token mint ann --ttl 600')
    .action((user: string, flags: { readonly ttl: string }, command: Command) =>
      context.run(async ({ config }, terminal) => {
        const ttlSeconds = Number(flags.ttl);
        if (!Number.isInteger(ttlSeconds) || ttlSeconds < 1) {
          throw new AppError('usage', { message: `--ttl takes a whole number of seconds, not ${flags.ttl}.` });
        }
        const { administer } = await import('./administer.ts');
        const minted = (await administer(config, 'token mint', { user, ttlSeconds })) as { token: string };
        terminal.result(minted, minted.token);
        return EXIT.ok;
      })(command),
    );
  token
    .command('inspect <token>')
    .description(
      'Explain a token: what it is, what it claims, and whether this server would accept it. Works without a server.',
    )
    .addHelpText('after', '\nExamples:\n  parley token inspect eyJhbGciOi...\n  parley token inspect "$TOKEN" --json')
    .action((given: string, _flags: object, command: Command) =>
      context.run(async ({ config }, terminal) => {
        const { readVerificationKey } = await import('../compose.ts');
        const key = await readVerificationKey(config.dataDir);
        const report = explainToken(given, {
          ...(key !== undefined && { own: { keys: [key] } }),
          foreign: foreignIssuers(config),
          leewaySeconds: config.tokenLeewayS,
        });
        const { formatTokenReport } = await import('./token-report.ts');
        terminal.result(report, formatTokenReport(report));
        return report.verdict?.ok === true ? EXIT.ok : EXIT.failed;
      })(command),
    );
}
