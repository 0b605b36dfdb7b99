import type { AccountStore, NewUser, RevocationRecord } from '../../ports/account-store.ts';
import type { StorageCalls } from './storage-calls.ts';
import type { NewKey } from './writes/keys.ts';
import type { NewSession, RefreshRotation } from './writes/sessions.ts';

/** Most users of one `ensureUsers`. */
const USERS_AT_ONCE = 1_000;

/** Accounts in the embedded database: each call is one operation of the writer or the reader thread. */
export class SqliteAccountStore implements AccountStore {
  readonly #calls: StorageCalls;
  /** Users to be stored with the next write. */
  readonly #noted: NewUser[] = [];
  #noting: Promise<number> | undefined;

  constructor(calls: StorageCalls) {
    this.#calls = calls;
  }

  createUser(user: NewUser): ReturnType<AccountStore['createUser']> {
    return this.#calls.writer.call('createUser', user);
  }

  async ensureUsers(users: readonly NewUser[]): Promise<number> {
    if (users.length > USERS_AT_ONCE) throw new Error(`ensureUsers takes at most ${USERS_AT_ONCE} users at once.`);
    return this.#calls.writer.call('ensureUsers', users);
  }

  async noteUser(user: NewUser): Promise<void> {
    this.#noted.push(user);
    this.#noting ??= this.#storeNoted();
    await this.#noting;
  }

  findUser(id: string): ReturnType<AccountStore['findUser']> {
    return this.#calls.reader.call('findUser', id);
  }

  findCredentials(username: string): ReturnType<AccountStore['findCredentials']> {
    return this.#calls.reader.call('findCredentials', username);
  }

  searchUsers(query: string, limit: number): ReturnType<AccountStore['searchUsers']> {
    return this.#calls.reader.call('searchUsers', query, limit);
  }

  listUsers(page: { readonly afterId?: string; readonly limit: number }): ReturnType<AccountStore['listUsers']> {
    return this.#calls.reader.call('listUsers', page.afterId ?? '', page.limit);
  }

  countUsers(): Promise<number> {
    return this.#calls.reader.call('countUsers');
  }

  setPasswordHash(userId: string, passwordHash: string): Promise<boolean> {
    return this.#calls.writer.call('setPasswordHash', userId, passwordHash);
  }

  setDisabled(userId: string, isDisabled: boolean): Promise<boolean> {
    return this.#calls.writer.call('setDisabled', userId, isDisabled);
  }

  createSession(session: NewSession): Promise<void> {
    return this.#calls.writer.call('createSession', session);
  }

  rotateRefresh(rotation: RefreshRotation): ReturnType<AccountStore['rotateRefresh']> {
    return this.#calls.writer.call('rotateRefresh', rotation);
  }

  endSession(sessionId: string): Promise<boolean> {
    return this.#calls.writer.call('endSession', sessionId);
  }

  endSessionsOf(userId: string): Promise<readonly string[]> {
    return this.#calls.writer.call('endSessionsOf', userId);
  }

  listSessions(userId: string): ReturnType<AccountStore['listSessions']> {
    return this.#calls.reader.call('listSessions', userId);
  }

  createKey(key: NewKey): Promise<void> {
    return this.#calls.writer.call('createKey', key);
  }

  findKey(hash: string): ReturnType<AccountStore['findKey']> {
    return this.#calls.reader.call('findKey', hash);
  }

  listKeys(): ReturnType<AccountStore['listKeys']> {
    return this.#calls.reader.call('listKeys');
  }

  revokeKey(id: string): Promise<boolean> {
    return this.#calls.writer.call('revokeKey', id);
  }

  addRevocation(revocation: RevocationRecord): Promise<void> {
    return this.#calls.writer.call('addRevocation', revocation);
  }

  removeRevocation(kind: RevocationRecord['kind'], id: string): Promise<void> {
    return this.#calls.writer.call('removeRevocation', kind, id);
  }

  loadRevocations(): ReturnType<AccountStore['loadRevocations']> {
    return this.#calls.writer.call('loadRevocations');
  }

  /** One call for all that are noted until it goes. */
  #storeNoted(): Promise<number> {
    const stored = this.#calls.writer.callLater('ensureUsers', () => {
      this.#noting = undefined;
      return [this.#noted.splice(0)];
    });
    stored.catch(() => {
      // it never went: nobody else will take these along
      if (this.#noting !== stored) return;
      this.#noting = undefined;
      this.#noted.length = 0;
    });
    return stored;
  }
}
