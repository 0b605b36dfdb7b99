import type {
  AccountStore,
  ApiKeyRecord,
  NewUser,
  RefreshOutcome,
  RevocationRecord,
  SessionRecord,
  UserRecord,
} from '../../../ports/account-store.ts';

interface Session extends SessionRecord {
  refreshHash: string;
}

/** An AccountStore for tests: the contract of the port in maps. */
export class MemoryAccounts implements AccountStore {
  readonly users = new Map<string, UserRecord & { readonly passwordHash: string | null }>();
  readonly sessions = new Map<string, Session>();
  /** Session ids by refresh hashes that were rotated away. */
  readonly rotated = new Map<string, string>();
  readonly keys = new Map<string, ApiKeyRecord & { readonly hash: string }>();
  readonly revocations = new Map<string, RevocationRecord>();
  /** How often each method was called. */
  readonly calls = new Map<string, number>();
  /** Rejects the next call of a method, once. */
  readonly failures = new Map<string, Error>();
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  async createUser(user: NewUser): Promise<'created' | 'taken'> {
    this.#enter('createUser');
    const isTaken = user.username !== null && this.#byUsername(user.username) !== undefined;
    if (isTaken || this.users.has(user.id)) return 'taken';
    this.#put(user);
    return 'created';
  }

  noteUser(user: NewUser): Promise<void> {
    return this.ensureUsers([user]) as Promise<unknown> as Promise<void>;
  }

  async ensureUsers(users: readonly NewUser[]): Promise<number> {
    this.#enter('ensureUsers');
    const missing = users.filter(({ id }) => !this.users.has(id));
    for (const user of missing) this.#put(user);
    return missing.length;
  }

  async findUser(id: string): Promise<UserRecord | undefined> {
    this.#enter('findUser');
    return this.users.get(id);
  }

  async findCredentials(username: string): Promise<{ user: UserRecord; passwordHash: string } | undefined> {
    this.#enter('findCredentials');
    const user = this.#byUsername(username);
    return user?.passwordHash == null ? undefined : { user, passwordHash: user.passwordHash };
  }

  async searchUsers(query: string, limit: number): Promise<readonly UserRecord[]> {
    this.#enter('searchUsers');
    const begins = (text: string | null) => text?.toLowerCase().startsWith(query.toLowerCase()) === true;
    return [...this.users.values()]
      .filter((user) => !user.isDisabled && (begins(user.username) || begins(user.name)))
      .toSorted((a, b) => (a.username ?? '').localeCompare(b.username ?? ''))
      .slice(0, limit);
  }

  async listUsers(page: { readonly afterId?: string; readonly limit: number }): Promise<readonly UserRecord[]> {
    this.#enter('listUsers');
    return [...this.users.values()]
      .filter(({ id }) => id > (page.afterId ?? ''))
      .toSorted((a, b) => (a.id < b.id ? -1 : 1))
      .slice(0, page.limit);
  }

  async countUsers(): Promise<number> {
    this.#enter('countUsers');
    return this.users.size;
  }

  async setPasswordHash(userId: string, passwordHash: string): Promise<boolean> {
    this.#enter('setPasswordHash');
    return this.#update(userId, { passwordHash });
  }

  async setDisabled(userId: string, isDisabled: boolean): Promise<boolean> {
    this.#enter('setDisabled');
    return this.#update(userId, { isDisabled });
  }

  async createSession(session: Parameters<AccountStore['createSession']>[0]): Promise<void> {
    this.#enter('createSession');
    this.sessions.set(session.id, { ...session, createdAtMs: this.#now(), endedAtMs: null });
  }

  async rotateRefresh(rotation: Parameters<AccountStore['rotateRefresh']>[0]): Promise<RefreshOutcome> {
    this.#enter('rotateRefresh');
    const reusedId = this.rotated.get(rotation.refreshHash);
    if (reusedId !== undefined) return { status: 'reused', session: this.#endNow(reusedId) };
    const session = [...this.sessions.values()].find(({ refreshHash }) => refreshHash === rotation.refreshHash);
    const isLive = session !== undefined && session.endedAtMs === null && session.expiresAtMs > this.#now();
    const user = session && this.users.get(session.userId);
    if (!isLive || user === undefined) return { status: 'invalid' };
    this.rotated.set(rotation.refreshHash, session.id);
    const next = { ...session, refreshHash: rotation.nextHash, expiresAtMs: rotation.nextExpiresAtMs };
    this.sessions.set(session.id, next);
    return { status: 'rotated', session: next, user };
  }

  async endSession(sessionId: string): Promise<boolean> {
    this.#enter('endSession');
    if (this.sessions.get(sessionId)?.endedAtMs !== null) return false;
    this.#endNow(sessionId);
    return true;
  }

  async endSessionsOf(userId: string): Promise<readonly string[]> {
    this.#enter('endSessionsOf');
    const live = [...this.sessions.values()].filter((each) => each.userId === userId && each.endedAtMs === null);
    return live.map(({ id }) => this.#endNow(id).id);
  }

  async listSessions(userId: string): Promise<readonly SessionRecord[]> {
    this.#enter('listSessions');
    return [...this.sessions.values()].filter((each) => each.userId === userId);
  }

  async createKey(key: Parameters<AccountStore['createKey']>[0]): Promise<void> {
    this.#enter('createKey');
    this.keys.set(key.id, { ...key, createdAtMs: this.#now(), revokedAtMs: null });
  }

  async findKey(hash: string): Promise<ApiKeyRecord | undefined> {
    this.#enter('findKey');
    return [...this.keys.values()].find((key) => key.hash === hash && key.revokedAtMs === null);
  }

  async listKeys(): Promise<readonly ApiKeyRecord[]> {
    this.#enter('listKeys');
    return [...this.keys.values()].map(({ hash: _hash, ...key }) => key);
  }

  async revokeKey(id: string): Promise<boolean> {
    this.#enter('revokeKey');
    const key = this.keys.get(id);
    if (key === undefined || key.revokedAtMs !== null) return false;
    this.keys.set(id, { ...key, revokedAtMs: this.#now() });
    return true;
  }

  async addRevocation(revocation: RevocationRecord): Promise<void> {
    this.#enter('addRevocation');
    this.revocations.set(`${revocation.kind} ${revocation.id}`, revocation);
  }

  async removeRevocation(kind: RevocationRecord['kind'], id: string): Promise<void> {
    this.#enter('removeRevocation');
    this.revocations.delete(`${kind} ${id}`);
  }

  async loadRevocations(): Promise<readonly RevocationRecord[]> {
    this.#enter('loadRevocations');
    return [...this.revocations.values()].filter(({ untilMs }) => untilMs === null || untilMs > this.#now());
  }

  #enter(method: string): void {
    this.calls.set(method, (this.calls.get(method) ?? 0) + 1);
    const failure = this.failures.get(method);
    this.failures.delete(method);
    if (failure !== undefined) throw failure;
  }

  #put(user: NewUser): void {
    this.users.set(user.id, { ...user, isDisabled: false, createdAtMs: this.#now() });
  }

  #update(userId: string, change: { readonly passwordHash: string } | { readonly isDisabled: boolean }): boolean {
    const user = this.users.get(userId);
    if (user === undefined) return false;
    this.users.set(userId, { ...user, ...change });
    return true;
  }

  #byUsername(username: string): (UserRecord & { readonly passwordHash: string | null }) | undefined {
    const wanted = username.toLowerCase();
    return [...this.users.values()].find((user) => user.username?.toLowerCase() === wanted);
  }

  #endNow(sessionId: string): Session {
    const session = this.sessions.get(sessionId) as Session;
    const ended = { ...session, endedAtMs: session.endedAtMs ?? this.#now() };
    this.sessions.set(sessionId, ended);
    return ended;
  }
}
