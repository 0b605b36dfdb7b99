import { randomUUID } from 'node:crypto';
import { mintOwnToken, type SigningKey } from '@parley/tokens';
import { z } from 'zod';
import type { Auth } from '../features/auth/create-auth.ts';
import { generatePassword } from '../features/auth/password.ts';
import type { Requester } from '../features/auth/requester.ts';
import { AppError } from '../kernel/app-error.ts';
import type { AccountStore, UserRecord } from '../ports/account-store.ts';
import type { AuditLog } from '../ports/audit-log.ts';

/** Whoever can open the data directory. */
const OPERATOR: Requester = { actor: { kind: 'operator' } };
const USERS_PER_PAGE = 1000;

/** Runs administrative commands by name, the same through the control socket and without a server. */
export interface Administration {
  /** @throws AppError `usage` for an unknown command or wrong arguments; and what the command throws */
  run(command: string, args: unknown): Promise<unknown>;
}

/** One command: what it takes and does. */
interface AdministrativeCommand<Args extends z.ZodType> {
  readonly args: Args;
  run(args: z.output<Args>): Promise<unknown>;
}

/** Keeps the argument type of a command while the table forgets it. */
function command<Args extends z.ZodType>(
  args: Args,
  run: (args: z.output<Args>) => Promise<unknown>,
): AdministrativeCommand<z.ZodType> {
  return { args, run };
}

const username = z.string().min(1);

/** Builds the commands. Each that changes something leaves an audit record in the operator's name. */
export function createAdministration(deps: {
  readonly auth: Auth;
  readonly accounts: AccountStore;
  readonly audit: AuditLog;
  readonly signingKey: SigningKey;
}): Administration {
  const { auth, accounts, audit, signingKey } = deps;
  const commands: Readonly<Record<string, AdministrativeCommand<z.ZodType>>> = {
    'user add': command(
      z.object({
        username,
        password: z.string().optional(),
        name: z.string().optional(),
        roles: z.array(z.string()).optional(),
      }),
      async ({ password = generatePassword(), ...wish }) => {
        const user = await auth.users.create({ ...wish, password }, OPERATOR);
        return { user: describe(user), password };
      },
    ),
    'user passwd': command(
      z.object({ username, password: z.string().optional() }),
      async ({ username: name, password = generatePassword() }) => {
        const user = await findByUsername(accounts, name);
        await auth.users.setPassword(user.id, password, OPERATOR);
        return { user: describe(user), password };
      },
    ),
    'user list': command(z.object({}), async () => ({ users: (await listUsers(auth)).map(describe) })),
    'key create': command(z.object({ name: z.string().min(1), scopes: z.array(z.string()).min(1) }), (wish) =>
      auth.keys.create(wish, OPERATOR),
    ),
    'key list': command(z.object({}), async () => ({ keys: await auth.keys.list() })),
    'key revoke': command(z.object({ id: z.string().min(1) }), async ({ id }) => {
      await auth.keys.revoke(id, OPERATOR);
      return { id };
    }),
    'token mint': command(
      z.object({
        user: z.string().min(1),
        ttlSeconds: z
          .number()
          .int()
          .min(1)
          .max(366 * 86_400),
      }),
      async ({ user: wanted, ttlSeconds }) => {
        const user = wanted.startsWith('usr_') ? await auth.users.get(wanted) : await findByUsername(accounts, wanted);
        const tokenId = randomUUID();
        await audit.append({
          actor: OPERATOR.actor,
          action: 'authn_token_created',
          outcome: 'success',
          object: { kind: 'user', id: user.id },
          details: { token_id: tokenId, ttl_seconds: ttlSeconds },
        });
        const token = mintOwnToken(
          { userId: user.id, sessionId: `minted-${tokenId}`, tokenId, roles: user.roles },
          { key: signingKey, ttlSeconds },
        );
        return { token, user: describe(user), expires_in_s: ttlSeconds };
      },
    ),
    'audit verify': command(z.object({}), () => audit.verify()),
  };
  return {
    run: async (name, args) => {
      const found = Object.hasOwn(commands, name) ? commands[name] : undefined;
      if (found === undefined) throw new AppError('usage', { message: `There is no command ${JSON.stringify(name)}.` });
      const parsed = found.args.safeParse(args ?? {});
      if (!parsed.success) {
        const issue = parsed.error.issues[0];
        throw new AppError('usage', { message: `${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'wrong form'}.` });
      }
      return found.run(parsed.data);
    },
  };
}

function describe({ id, username: name, issuer, roles, isDisabled }: UserRecord): object {
  return { id, username: name, issuer, roles, disabled: isDisabled };
}

async function listUsers(auth: Auth): Promise<readonly UserRecord[]> {
  const all: UserRecord[] = [];
  for (;;) {
    const last = all.at(-1);
    const page = await auth.users.list({ limit: USERS_PER_PAGE, ...(last !== undefined && { afterId: last.id }) });
    all.push(...page);
    if (page.length < USERS_PER_PAGE) return all;
  }
}

async function findByUsername(accounts: AccountStore, username: string): Promise<UserRecord> {
  const found = await accounts.findCredentials(username.normalize('NFKC'));
  if (found !== undefined) return found.user;
  throw new AppError('user_not_found', { message: `There is no user named ${username}.` });
}
