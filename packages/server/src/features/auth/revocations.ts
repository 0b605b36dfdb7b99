import { AppError } from '../../kernel/app-error.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { AccountStore, RevocationRecord } from '../../ports/account-store.ts';
import { type Bus, shardOf } from '../../ports/bus.ts';
import type { Identity } from '../../ports/caller.ts';
import type { Revocation } from '../../ports/delivery.ts';

type Kind = RevocationRecord['kind'];

/** `iat` counts whole seconds, so a token may be younger than it says by almost this much. */
const ISSUED_AT_STEP_MS = 1000;

export interface RevocationsOptions {
  readonly accounts: AccountStore;
  readonly bus: Bus;
  readonly clock: Clock;
  /** Revocations in force at one time; beyond it `revoke` is refused with `overloaded`. Default 1,000,000 (about 200 MB). */
  readonly maxEntries?: number;
}

/**
 * What ends tokens before their time. Each node holds all that is in force in memory, because every authentication asks:
 *
 *     revoke -> store (durable) -> own index -> bus -> every node: apply -> Delivery.revoke closes sockets
 *                                      load (at start, and now and then) heals what the bus lost
 */
export class Revocations {
  readonly #accounts: AccountStore;
  readonly #bus: Bus;
  readonly #clock: Clock;
  readonly #maxEntries: number;
  readonly #byKind: Readonly<Record<Kind, Map<string, RevocationRecord>>> = {
    token: new Map(),
    session: new Map(),
    user: new Map(),
    ban: new Map(),
  };
  #changes = 0;

  constructor(options: RevocationsOptions) {
    this.#accounts = options.accounts;
    this.#bus = options.bus;
    this.#clock = options.clock;
    this.#maxEntries = options.maxEntries ?? 1_000_000;
  }

  /** How many are in the index. */
  get size(): number {
    return Object.values(this.#byKind).reduce((total, records) => total + records.size, 0);
  }

  /**
   * Brings the index in line with the store. Nothing may be authenticated before the first call has resolved.
   * @throws AppError as the store
   */
  async load(): Promise<void> {
    const changesBefore = this.#changes;
    const records = await this.#accounts.loadRevocations();
    const banned = new Set(records.filter(({ kind }) => kind === 'ban').map(({ id }) => id));
    // a ban that came in meanwhile may be missing from what was read
    if (this.#changes === changesBefore) {
      for (const id of this.#byKind.ban.keys()) if (!banned.has(id)) this.#byKind.ban.delete(id);
    }
    for (const record of records) this.#put(record);
    this.sweep();
  }

  /**
   * Ends one token (by `jti`), one session, all that a user was issued until now, or everything of a user for good.
   * Resolves when it is on disk and in force on this node. The bus is told in the next turn of the event loop, so that
   * a reply to whoever asked leaves before its own connection closes.
   * @param untilMs after which no token that it concerns can be alive; null when that is not known.
   * @throws AppError `storage_unavailable`, `overloaded`
   */
  async revoke(kind: Kind, id: string, untilMs: number | null): Promise<void> {
    if (this.size >= this.#maxEntries) this.sweep();
    if (this.size >= this.#maxEntries) {
      throw new AppError('overloaded', { message: 'The server holds as many revocations as it may.' });
    }
    const record: RevocationRecord = { kind, id, atMs: this.#clock.now(), untilMs };
    await this.#accounts.addRevocation(record);
    this.#put(record);
    setImmediate(() => this.#bus.publish(shardOf(id), { kind: 'revocation', revocation: record }));
  }

  /** Lifts the ban of a user. Other nodes learn it with their next `load`. @throws AppError as the store */
  async reinstate(userId: string): Promise<void> {
    await this.#accounts.removeRevocation('ban', userId);
    this.#changes++;
    this.#byKind.ban.delete(userId);
  }

  /** Takes in what the bus brought. Safe to call twice and with one's own. */
  apply(revocation: Revocation | RevocationRecord): void {
    const isWhole = 'atMs' in revocation;
    this.#put(isWhole ? revocation : { ...revocation, atMs: this.#clock.now(), untilMs: null });
  }

  /** The code with which a valid token must be refused nevertheless; undefined when it may pass. */
  refusalOf(identity: Identity): 'account_disabled' | 'token_revoked' | undefined {
    const { ban, token, session, user } = this.#byKind;
    if (ban.has(identity.userId)) return 'account_disabled';
    if (identity.tokenId !== undefined && token.has(identity.tokenId)) return 'token_revoked';
    if (identity.sessionId !== undefined && session.has(identity.sessionId)) return 'token_revoked';
    const cut = user.get(identity.userId);
    return cut !== undefined && isIssuedBefore(identity, cut.atMs) ? 'token_revoked' : undefined;
  }

  /** Forgets what no living token can concern. */
  sweep(): void {
    const nowMs = this.#clock.now();
    for (const records of Object.values(this.#byKind)) {
      for (const [id, { untilMs }] of records) if (untilMs !== null && untilMs <= nowMs) records.delete(id);
    }
  }

  #put(record: RevocationRecord): void {
    const records = this.#byKind[record.kind];
    const known = records.get(record.id);
    if (known !== undefined && known.atMs > record.atMs) return;
    this.#changes++;
    records.set(record.id, record);
  }
}

/**
 * A foreign token of the second in question is taken for older, to be safe. Our own belong to a session, and whoever
 * ends a user's tokens ends the sessions by name too: so the benefit of the doubt lets somebody sign in again at once.
 */
function isIssuedBefore(identity: Identity, atMs: number): boolean {
  const doubtMs = identity.sessionId === undefined ? 0 : ISSUED_AT_STEP_MS;
  return identity.issuedAtMs + doubtMs <= atMs;
}
