/** A user's record. Local users have a user name and a password; those of a foreign issuer have neither. */
export interface UserRecord {
  /** `usr_...` for local users, `<prefix><claim>` for others. */
  readonly id: string;
  readonly issuer: string;
  readonly username: string | null;
  readonly name: string | null;
  readonly roles: readonly string[];
  readonly isDisabled: boolean;
  readonly createdAtMs: number;
}

/** A user to create. */
export interface NewUser {
  readonly id: string;
  readonly issuer: string;
  readonly username: string | null;
  readonly name: string | null;
  readonly roles: readonly string[];
  /** argon2id, encoded; null for users of a foreign issuer. */
  readonly passwordHash: string | null;
}

export interface SessionRecord {
  readonly id: string;
  readonly userId: string;
  readonly createdAtMs: number;
  /** When the newest refresh token ends. */
  readonly expiresAtMs: number;
  readonly endedAtMs: number | null;
  /** What signed in, as it named itself; cut to 256 characters. */
  readonly userAgent: string | null;
}

/** Outcome of presenting a refresh token. `reused`: it was rotated before; the store has ended its session. */
export type RefreshOutcome =
  | { readonly status: 'rotated'; readonly session: SessionRecord; readonly user: UserRecord }
  | { readonly status: 'reused'; readonly session: SessionRecord }
  | { readonly status: 'invalid' };

export interface ApiKeyRecord {
  readonly id: string;
  readonly name: string;
  readonly scopes: readonly string[];
  readonly createdAtMs: number;
  readonly revokedAtMs: number | null;
}

/** Ends tokens before their time: one token (jti), a session (sid), or all of a user issued up to `atMs`. */
export interface RevocationRecord {
  readonly kind: 'token' | 'session' | 'user' | 'ban';
  readonly id: string;
  readonly atMs: number;
  /** No token that it concerns lives longer; it may be forgotten then. Null: never (a ban). */
  readonly untilMs: number | null;
}

/**
 * Users, their sessions, API keys and revocations. What resolves is on disk. User names compare without case.
 * Every method rejects with AppError `storage_unavailable` or `overloaded`.
 */
export interface AccountStore {
  /** `taken`: the user name or id exists; nothing was written. */
  createUser(user: NewUser): Promise<'created' | 'taken'>;
  /** Creates those that do not exist yet, up to 1,000 at once; existing ones keep their record. Returns how many were new. */
  ensureUsers(users: readonly NewUser[]): Promise<number>;
  /** As `ensureUsers` for one, in no hurry: it shares the commit of other writes, and is stored before any later write. */
  noteUser(user: NewUser): Promise<void>;
  findUser(id: string): Promise<UserRecord | undefined>;
  findCredentials(username: string): Promise<{ readonly user: UserRecord; readonly passwordHash: string } | undefined>;
  /** Whose user name or name begins with the query (no wildcard characters), disabled ones left out, by user name. */
  searchUsers(query: string, limit: number): Promise<readonly UserRecord[]>;
  /** By id ascending, after an id. */
  listUsers(page: { readonly afterId?: string; readonly limit: number }): Promise<readonly UserRecord[]>;
  countUsers(): Promise<number>;
  setPasswordHash(userId: string, passwordHash: string): Promise<boolean>;
  setDisabled(userId: string, isDisabled: boolean): Promise<boolean>;

  createSession(session: {
    readonly id: string;
    readonly userId: string;
    readonly refreshHash: string;
    readonly expiresAtMs: number;
    readonly userAgent: string | null;
  }): Promise<void>;
  /** Replaces a refresh token by the next, in one transaction. Hashes are hex SHA-256. */
  rotateRefresh(rotation: {
    readonly refreshHash: string;
    readonly nextHash: string;
    readonly nextExpiresAtMs: number;
  }): Promise<RefreshOutcome>;
  /** False when it had ended before or never was. */
  endSession(sessionId: string): Promise<boolean>;
  /** Ends all live sessions of a user; returns their ids. */
  endSessionsOf(userId: string): Promise<readonly string[]>;
  listSessions(userId: string): Promise<readonly SessionRecord[]>;

  createKey(key: {
    readonly id: string;
    readonly name: string;
    readonly hash: string;
    readonly scopes: readonly string[];
  }): Promise<void>;
  /** Live keys only. */
  findKey(hash: string): Promise<ApiKeyRecord | undefined>;
  listKeys(): Promise<readonly ApiKeyRecord[]>;
  revokeKey(id: string): Promise<boolean>;

  addRevocation(revocation: RevocationRecord): Promise<void>;
  removeRevocation(kind: RevocationRecord['kind'], id: string): Promise<void>;
  /** Those still in force; expired ones are removed on the way. */
  loadRevocations(): Promise<readonly RevocationRecord[]>;
}
