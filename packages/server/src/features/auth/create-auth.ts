import type { SigningKey, Verifier } from '@parley/tokens';
import type { Clock } from '../../kernel/clock.ts';
import type { Service } from '../../kernel/lifecycle.ts';
import type { Log } from '../../kernel/log.ts';
import type { AccountStore } from '../../ports/account-store.ts';
import type { AuditLog } from '../../ports/audit-log.ts';
import type { Bus } from '../../ports/bus.ts';
import { AuditTrail } from './audit-trail.ts';
import { Authenticator } from './authenticator.ts';
import { createFirstAdmin, type FirstAdmin } from './first-admin.ts';
import { ForeignUsers } from './foreign-users.ts';
import { type AuthHandlers, createAuthHandlers } from './handlers.ts';
import { AuthHousekeeping } from './housekeeping.ts';
import { ApiKeys } from './keys.ts';
import { LoginLockout } from './login-lockout.ts';
import { PasswordHasher, type PasswordHasherOptions } from './password-hasher.ts';
import { PasswordLogin } from './password-login.ts';
import { Revocations } from './revocations.ts';
import { Sessions } from './sessions.ts';
import { Signup } from './signup.ts';
import { Users } from './users.ts';

export interface AuthOptions {
  /** Accepts own tokens (signed with `signingKey`) and those of other issuers. */
  readonly verifier: Verifier;
  readonly signingKey: SigningKey;
  /** The verifier's leeway. */
  readonly leewaySeconds: number;
  readonly accessTokenTtlSeconds?: number;
  readonly refreshTokenTtlSeconds?: number;
  /** Failed sign-ins per account and address before each further one has to wait. */
  readonly loginAttempts?: number;
  readonly isSignupOpen?: boolean;
  readonly passwordHashing?: PasswordHasherOptions;
}

export interface AuthDependencies {
  readonly accounts: AccountStore;
  readonly audit: AuditLog;
  readonly bus: Bus;
  readonly clock: Clock;
  readonly log: Log;
}

/** The whole feature, wired. */
export interface Auth {
  readonly authenticator: Authenticator;
  readonly passwordLogin: PasswordLogin;
  readonly sessions: Sessions;
  readonly revocations: Revocations;
  readonly users: Users;
  readonly signup: Signup;
  readonly keys: ApiKeys;
  readonly trail: AuditTrail;
  readonly handlers: AuthHandlers;
  /** Loads the revocations on start; see AuthHousekeeping. */
  readonly service: Service;
  /** Makes the first administrator when there is no user. */
  createFirstAdmin(options: { readonly username: string }): Promise<FirstAdmin | undefined>;
}

/** Builds the feature. Starts nothing. */
export function createAuth(dependencies: AuthDependencies, options: AuthOptions): Auth {
  const { accounts, clock, log } = dependencies;
  const { verifier, leewaySeconds } = options;
  const trail = new AuditTrail(dependencies);
  const revocations = new Revocations(dependencies);
  const foreignUsers = new ForeignUsers(dependencies);
  const authenticator = new Authenticator({ verifier, revocations, foreignUsers, clock, leewaySeconds });
  const sessions = new Sessions({ ...options, accounts, revocations, trail, clock, log });
  const hasher = new PasswordHasher(options.passwordHashing);
  const lockout = new LoginLockout({ ...maybe('freeAttempts', options.loginAttempts) });
  const passwordLogin = new PasswordLogin({ accounts, hasher, lockout, sessions, trail });
  const users = new Users({ accounts, hasher, lockout, sessions, revocations, trail });
  return {
    authenticator,
    passwordLogin,
    sessions,
    revocations,
    users,
    signup: new Signup({ users, trail, isOpen: options.isSignupOpen ?? false }),
    keys: new ApiKeys({ accounts, trail, clock }),
    trail,
    handlers: createAuthHandlers({ authenticator, passwordLogin, sessions, users, accounts }),
    service: new AuthHousekeeping({ revocations, trail, log }),
    createFirstAdmin: ({ username }) => createFirstAdmin({ accounts, users, username }),
  };
}

function maybe<K extends string>(key: K, value: number | undefined): { readonly [P in K]?: number } {
  return (value === undefined ? {} : { [key]: value }) as { readonly [P in K]?: number };
}
