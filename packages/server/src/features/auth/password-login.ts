import { AppError } from '../../kernel/app-error.ts';
import type { AccountStore, UserRecord } from '../../ports/account-store.ts';
import type { AuditTrail } from './audit-trail.ts';
import { abandonOnFailure, type LoginAttempt, type LoginLockout, type LoginSubject } from './login-lockout.ts';
import type { PasswordHasher } from './password-hasher.ts';
import { anonymousFrom } from './requester.ts';
import type { SessionGrant } from './session-grant.ts';
import type { Sessions } from './sessions.ts';
import { usernameKey } from './username.ts';

export interface PasswordLoginOptions {
  readonly accounts: AccountStore;
  readonly hasher: PasswordHasher;
  readonly lockout: LoginLockout;
  readonly sessions: Sessions;
  readonly trail: AuditTrail;
}

export interface LoginRequest {
  readonly username: string;
  readonly password: string;
  readonly address: string;
  /** What signs in, as it names itself. */
  readonly userAgent: string | null;
}

type Credentials = NonNullable<Awaited<ReturnType<AccountStore['findCredentials']>>>;

/**
 * Signing in with a user name and a password:
 *
 *     look up -> lockout -> hash -> disabled? -> session -> still the same password? -> grant
 *
 * A user who does not exist takes the same steps and the same time.
 */
export class PasswordLogin {
  readonly #accounts: AccountStore;
  readonly #hasher: PasswordHasher;
  readonly #lockout: LoginLockout;
  readonly #sessions: Sessions;
  readonly #trail: AuditTrail;

  constructor(options: PasswordLoginOptions) {
    this.#accounts = options.accounts;
    this.#hasher = options.hasher;
    this.#lockout = options.lockout;
    this.#sessions = options.sessions;
    this.#trail = options.trail;
  }

  /** @throws AppError `invalid_credentials`, `login_locked`, `account_disabled`, `overloaded`; and as the store */
  async login(request: LoginRequest): Promise<SessionGrant> {
    const credentials = await this.#accounts.findCredentials(usernameKey(request.username));
    const attempt = await this.#begin(request, credentials);
    const user = await this.#check(request, credentials, attempt);
    const grant = await this.#open(request, user, credentials as Credentials, attempt);
    await this.#trail.succeeded({
      action: 'authn_login_success',
      by: { actor: { kind: 'user', id: user.id }, address: request.address },
      object: { kind: 'session', id: grant.identity.sessionId as string },
    });
    return grant;
  }

  async #begin(request: LoginRequest, credentials: Credentials | undefined): Promise<LoginAttempt> {
    const subject: LoginSubject = {
      account: credentials?.user.id ?? usernameKey(request.username),
      isKnown: credentials !== undefined,
      address: request.address,
    };
    try {
      return await this.#lockout.begin(subject);
    } catch (refusal) {
      this.#trail.count({ action: 'authn_login_fail', by: anonymousFrom(request.address), reason: 'login_locked' });
      throw refusal;
    }
  }

  async #check(
    request: LoginRequest,
    credentials: Credentials | undefined,
    attempt: LoginAttempt,
  ): Promise<UserRecord> {
    const isRight = await abandonOnFailure(attempt, () =>
      this.#hasher.verify(request.password, credentials?.passwordHash),
    );
    if (credentials === undefined || !isRight) return this.#refuse(request, credentials?.user, attempt);
    if (!credentials.user.isDisabled) return credentials.user;
    await attempt.abandon();
    await this.#recordFailure('authn_login_fail', request, credentials.user, 'account_disabled');
    throw new AppError('account_disabled');
  }

  async #refuse(request: LoginRequest, user: UserRecord | undefined, attempt: LoginAttempt): Promise<never> {
    await this.#recordFailure('authn_login_fail', request, user, 'invalid_credentials');
    if (attempt.beginsLock) await this.#recordFailure('authn_login_lock', request, user, 'login_locked');
    throw new AppError('invalid_credentials');
  }

  /**
   * A password may change, or a user be disabled, while the old password is being hashed here. That ends all sessions,
   * but this one may have come just after: so it is only granted when nothing has changed since.
   */
  async #open(
    request: LoginRequest,
    user: UserRecord,
    before: Credentials,
    attempt: LoginAttempt,
  ): Promise<SessionGrant> {
    const grant = await abandonOnFailure(attempt, () => this.#sessions.open(user, request.userAgent));
    const after = await this.#accounts.findCredentials(usernameKey(request.username));
    if (after?.passwordHash === before.passwordHash && !after.user.isDisabled) {
      await attempt.succeed();
      return grant;
    }
    await this.#sessions.endById(grant.identity.sessionId as string, anonymousFrom(request.address));
    return this.#refuse(request, user, attempt);
  }

  /** What was typed as a user name is never recorded: people type passwords there. */
  async #recordFailure(
    action: 'authn_login_fail' | 'authn_login_lock',
    request: LoginRequest,
    user: UserRecord | undefined,
    reason: 'account_disabled' | 'invalid_credentials' | 'login_locked',
  ): Promise<void> {
    const object = user === undefined ? {} : { object: { kind: 'user', id: user.id } };
    await this.#trail.failed({ action, by: anonymousFrom(request.address), reason, ...object });
  }
}
