import type { Log } from '../../kernel/log.ts';
import type { AccountStore } from '../../ports/account-store.ts';
import { BoundedSet } from './bounded-set.ts';

export interface ForeignUsersOptions {
  readonly accounts: AccountStore;
  readonly log: Log;
  /** Users remembered as stored, so that they are not stored again. Default 100,000 (about 10 MB). */
  readonly maxRemembered?: number;
}

/** Lets users of other issuers exist here from their first token on. */
export class ForeignUsers {
  readonly #accounts: AccountStore;
  readonly #log: Log;
  readonly #known: BoundedSet;

  constructor(options: ForeignUsersOptions) {
    this.#accounts = options.accounts;
    this.#log = options.log;
    this.#known = new BoundedSet(options.maxRemembered ?? 100_000);
  }

  /**
   * Sees to it that the user is stored. Returns at once: the storage works in order, so whatever this user writes next
   * comes after. A failure is logged and the next token of the user tries again.
   */
  meet(user: { readonly id: string; readonly issuer: string; readonly name: string | undefined }): void {
    const isKnown = this.#known.has(user.id);
    this.#known.use(user.id);
    if (isKnown) return;
    const record = { ...user, name: user.name ?? null, username: null, roles: [], passwordHash: null };
    this.#accounts.noteUser(record).catch((failure: unknown) => {
      this.#known.delete(user.id);
      this.#log.warn({ err: failure, user: user.id }, 'user of another issuer could not be stored');
    });
  }
}
