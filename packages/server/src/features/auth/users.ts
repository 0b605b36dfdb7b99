import { OWN_ISSUER, RESERVED_USER_PREFIX } from '@parley/tokens';
import { AppError } from '../../kernel/app-error.ts';
import { createId } from '../../kernel/ids.ts';
import type { AccountStore, UserRecord } from '../../ports/account-store.ts';
import type { AuditTrail } from './audit-trail.ts';
import { abandonOnFailure, type LoginLockout } from './login-lockout.ts';
import { assertPassword } from './password.ts';
import type { PasswordHasher } from './password-hasher.ts';
import type { Requester } from './requester.ts';
import type { Revocations } from './revocations.ts';
import type { Sessions } from './sessions.ts';
import { parseUsername, usernameKey } from './username.ts';

/** Most users that one call lets exist. */
export const ENSURE_MAX_USERS = 1000;
/** Longest user id, in UTF-16 code units. */
const USER_ID_MAX_CHARS = 255;
const NAME_MAX_CHARS = 128;

export interface UsersOptions {
  readonly accounts: AccountStore;
  readonly hasher: PasswordHasher;
  readonly lockout: LoginLockout;
  readonly sessions: Sessions;
  readonly revocations: Revocations;
  readonly trail: AuditTrail;
}

/** A local user to add. */
export interface LocalUser {
  readonly username: string;
  readonly password: string;
  readonly name?: string | undefined;
  readonly roles?: readonly string[] | undefined;
}

/** A user of another issuer, under the id that its tokens will have here. */
export interface ForeignUser {
  readonly id: string;
  readonly name?: string | undefined;
}

/** Adds, changes and finds users. Who may ask for what is decided by the callers. */
export class Users {
  readonly #accounts: AccountStore;
  readonly #hasher: PasswordHasher;
  readonly #lockout: LoginLockout;
  readonly #sessions: Sessions;
  readonly #revocations: Revocations;
  readonly #trail: AuditTrail;

  constructor(options: UsersOptions) {
    this.#accounts = options.accounts;
    this.#hasher = options.hasher;
    this.#lockout = options.lockout;
    this.#sessions = options.sessions;
    this.#revocations = options.revocations;
    this.#trail = options.trail;
  }

  /** Adds a local user. @throws AppError `invalid_fields`, `password_weak`, `username_taken`, `overloaded`; and as the store */
  async create(wish: LocalUser, by: Requester): Promise<UserRecord> {
    const username = parseUsername(wish.username);
    const name = wish.name === undefined ? null : parseName(wish.name);
    assertPassword(wish.password);
    const id = createId(RESERVED_USER_PREFIX.slice(0, -1));
    const roles = [...new Set(wish.roles ?? [])];
    const passwordHash = await this.#hasher.hash(wish.password);
    const outcome = await this.#accounts.createUser({ id, issuer: OWN_ISSUER, username, name, roles, passwordHash });
    if (outcome === 'taken') throw new AppError('username_taken');
    const object = { kind: 'user', id };
    await this.#trail.succeeded({ action: 'user_created', by, object });
    if (roles.length > 0) {
      const details = { roles: roles.join(' ') };
      await this.#trail.succeeded({ action: 'privilege_permissions_changed', by, object, details });
    }
    return this.get(id);
  }

  /**
   * Lets users of another issuer exist before their first connection; those that exist keep their record.
   * Returns how many are new. @throws AppError `invalid_fields`; and as the store
   */
  async ensureForeign(users: readonly ForeignUser[], issuer: string, by: Requester): Promise<number> {
    if (users.length > ENSURE_MAX_USERS) {
      throw new AppError('invalid_fields', { message: `users: at most ${ENSURE_MAX_USERS} at once.` });
    }
    const records = users.map((user) => ({
      id: parseForeignId(user.id),
      issuer,
      username: null,
      name: user.name === undefined ? null : parseName(user.name),
      roles: [],
      passwordHash: null,
    }));
    const count = await this.#accounts.ensureUsers(records);
    if (count > 0) await this.#trail.succeeded({ action: 'user_created', by, details: { issuer, count } });
    return count;
  }

  /** @throws AppError `user_not_found`; and as the store */
  async get(id: string): Promise<UserRecord> {
    const user = await this.#accounts.findUser(id);
    if (user === undefined) throw new AppError('user_not_found');
    return user;
  }

  /** A page of all users by id. */
  async list(page: { readonly afterId?: string; readonly limit: number }): Promise<readonly UserRecord[]> {
    return this.#accounts.listUsers(page);
  }

  /** Users whose user name or name begins with the query, at most `limit`. `isComplete` is false when there are more. */
  async search(
    query: string,
    limit: number,
  ): Promise<{ readonly users: readonly UserRecord[]; readonly isComplete: boolean }> {
    const found = await this.#accounts.searchUsers(query.normalize('NFKC'), limit + 1);
    return { users: found.slice(0, limit), isComplete: found.length <= limit };
  }

  /**
   * Sets a local user's password and ends all sessions of the user.
   * @throws AppError `password_weak`, `user_not_found`, `forbidden` for users of another issuer; and as the store
   */
  async setPassword(userId: string, password: string, by: Requester): Promise<void> {
    assertPassword(password);
    const user = await this.get(userId);
    if (user.username === null) {
      throw new AppError('forbidden', {
        message: 'This user signs in with another issuer.',
        remedy: 'Change the password there.',
      });
    }
    const passwordHash = await this.#hasher.hash(password);
    if (!(await this.#accounts.setPasswordHash(userId, passwordHash))) throw new AppError('user_not_found');
    await this.#trail.succeeded({ action: 'authn_password_change', by, object: { kind: 'user', id: userId } });
    await this.#sessions.endAll(userId, by);
  }

  /**
   * As `setPassword`, for somebody who must show the present one; a stolen token must not be enough.
   * @throws AppError also `invalid_credentials`, `login_locked`
   */
  async changePassword(userId: string, present: string, next: string, by: Requester): Promise<void> {
    assertPassword(next);
    const { username } = await this.get(userId);
    const credentials = username === null ? undefined : await this.#accounts.findCredentials(usernameKey(username));
    const attempt = await this.#lockout.begin({ account: userId, isKnown: true, address: by.address ?? '' });
    const isRight = await abandonOnFailure(attempt, () => this.#hasher.verify(present, credentials?.passwordHash));
    if (!isRight) {
      const object = { kind: 'user', id: userId };
      const reason = 'invalid_credentials';
      await this.#trail.failed({ action: 'authn_password_change_fail', by, object, reason });
      throw new AppError('invalid_credentials');
    }
    await attempt.succeed();
    await this.setPassword(userId, next, by);
  }

  /** Keeps a user out, of whatever issuer: ends all sessions, refuses every token. @throws AppError `user_not_found` */
  async disable(userId: string, by: Requester): Promise<void> {
    if (!(await this.#accounts.setDisabled(userId, true))) throw new AppError('user_not_found');
    await this.#revocations.revoke('ban', userId, null);
    await this.#recordUpdate(userId, true, by);
    await this.#sessions.endSessionsOf(userId);
  }

  /** Lets a user in again: with a new session, or with a token of another issuer. @throws AppError `user_not_found` */
  async enable(userId: string, by: Requester): Promise<void> {
    if (!(await this.#accounts.setDisabled(userId, false))) throw new AppError('user_not_found');
    await this.#revocations.reinstate(userId);
    await this.#recordUpdate(userId, false, by);
  }

  async #recordUpdate(userId: string, isDisabled: boolean, by: Requester): Promise<void> {
    await this.#trail.succeeded({
      action: 'user_updated',
      by,
      object: { kind: 'user', id: userId },
      details: { is_disabled: isDisabled },
    });
  }
}

function parseName(input: string): string {
  const name = input.normalize('NFC').trim();
  if (name !== '' && [...name].length <= NAME_MAX_CHARS && !/[\p{Cc}\p{Cs}\p{Zl}\p{Zp}]/u.test(name)) return name;
  throw new AppError('invalid_fields', { message: `name: 1 to ${NAME_MAX_CHARS} characters on one line.` });
}

function parseForeignId(id: string): string {
  if (id.startsWith(RESERVED_USER_PREFIX)) {
    throw new AppError('invalid_fields', {
      message: `Ids that begin with ${RESERVED_USER_PREFIX} belong to this server's own users.`,
      remedy: 'Send the id that the tokens of the other issuer will have, with the prefix configured for it.',
    });
  }
  if (id.trim() !== '' && id.length <= USER_ID_MAX_CHARS && id.isWellFormed() && !/\p{Cc}/u.test(id)) return id;
  throw new AppError('invalid_fields', { message: `id: 1 to ${USER_ID_MAX_CHARS} printable characters.` });
}
