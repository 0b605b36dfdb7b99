import { AppError } from '../../kernel/app-error.ts';
import type { AccountStore } from '../../ports/account-store.ts';
import type { AuthenticateOutcome } from '../../ports/authenticate.ts';
import { type Caller, type CommandHandlers, type Identity, identityOf } from '../../ports/caller.ts';
import type { Authenticator } from './authenticator.ts';
import type { PasswordLogin } from './password-login.ts';
import { publicUser } from './public-user.ts';
import { userFrom } from './requester.ts';
import { sessionPayload } from './session-grant.ts';
import type { Sessions } from './sessions.ts';
import type { Users } from './users.ts';

/** How many users `find_users` returns at most. */
const FIND_USERS_LIMIT = 20;

export interface AuthHandlersDependencies {
  readonly authenticator: Authenticator;
  readonly passwordLogin: PasswordLogin;
  readonly sessions: Sessions;
  readonly users: Users;
  readonly accounts: AccountStore;
}

/** The commands of this feature. */
export type AuthHandlers = Pick<Required<CommandHandlers>, 'login' | 'auth' | 'refresh' | 'logout' | 'find_users'>;

/** Answers `login`, `auth`, `refresh`, `logout` and `find_users`. */
export function createAuthHandlers(dependencies: AuthHandlersDependencies): AuthHandlers {
  const { authenticator, passwordLogin, sessions, users, accounts } = dependencies;
  return {
    login: async (caller, { username, password }) => {
      const address = caller.remoteAddress;
      const grant = await passwordLogin.login({ username, password, address, userAgent: null });
      try {
        admit(caller, authenticator.authenticate(grant.accessToken));
      } catch (refusal) {
        // a session that the connection cannot have (another user, too many connections) does not stay behind
        await sessions.logout(grant.identity, userFrom(grant.user.id, address));
        throw refusal;
      }
      return sessionPayload(grant);
    },
    auth: async (caller, { token }) => {
      const identity = admit(caller, authenticator.authenticate(token));
      return {
        user: { ...(await describe(identity, accounts)), roles: [...identity.roles] },
        connection_id: caller.connectionId,
        expires_at: new Date(identity.expiresAtMs).toISOString(),
      };
    },
    refresh: async (caller, fields) => {
      const grant = await sessions.refresh(fields.refresh_token, caller.remoteAddress);
      // whoever refreshes the session they are connected with need not send `auth` as well
      if (caller.identity?.sessionId === grant.identity.sessionId) {
        admit(caller, authenticator.authenticate(grant.accessToken));
      }
      return sessionPayload(grant);
    },
    logout: async (caller) => {
      const identity = identityOf(caller);
      await sessions.logout(identity, userFrom(identity.userId, caller.remoteAddress));
      return {};
    },
    find_users: async (_caller, { query }) => {
      const found = await users.search(query, FIND_USERS_LIMIT);
      return { users: found.users.map(publicUser), complete: found.isComplete };
    },
  };
}

/**
 * Signs the connection in, in the same turn in which the token was found good: what is revoked from now on finds and
 * closes it. @throws AppError the outcome's, and those of `Caller.authenticate`
 */
function admit(caller: Caller, outcome: AuthenticateOutcome): Identity {
  if (!outcome.ok) throw new AppError(outcome.code, { message: outcome.message });
  caller.authenticate(outcome.identity);
  return outcome.identity;
}

/** The user's record, or the id alone while a user of another issuer is on the way into the store or it cannot be read. */
async function describe(identity: Identity, accounts: AccountStore): Promise<ReturnType<typeof publicUser>> {
  const user = await accounts.findUser(identity.userId).catch(() => undefined);
  return user === undefined ? { id: identity.userId, username: null, name: null } : publicUser(user);
}
