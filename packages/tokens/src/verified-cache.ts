import { hash } from 'node:crypto';
import type { TokenTimes } from './token-claims.ts';
import type { VerifiedClaims } from './verified-claims.ts';

/** What is remembered of a token that verified: the answer, and the times that have to be looked at again. */
export interface CacheEntry {
  readonly result: { readonly ok: true; readonly claims: VerifiedClaims };
  readonly times: TokenTimes;
}

/**
 * Remembers verified tokens under their SHA-256, so that the tokens themselves do not stay in memory. Holds at most
 * `maxEntries`; the oldest goes first. Refused tokens are never stored: strangers cannot push anything out.
 */
export class VerifiedCache {
  readonly #maxEntries: number;
  readonly #entries = new Map<string, CacheEntry>();
  /** Stands before the oldest entry: a new iterator would walk over all the places of those that are gone. */
  #ages = this.#entries.keys();

  constructor(maxEntries: number) {
    this.#maxEntries = maxEntries;
  }

  get size(): number {
    return this.#entries.size;
  }

  /** The key of a token, for the methods below. */
  static keyOf(token: string): string {
    return hash('sha256', token, 'base64url');
  }

  get(key: string): CacheEntry | undefined {
    return this.#entries.get(key);
  }

  add(key: string, entry: CacheEntry): void {
    this.#entries.set(key, entry);
    if (this.#entries.size <= this.#maxEntries) return;
    let oldest = this.#ages.next();
    if (oldest.done === true) {
      this.#ages = this.#entries.keys();
      oldest = this.#ages.next();
    }
    if (oldest.done !== true) this.#entries.delete(oldest.value);
  }

  remove(key: string): void {
    this.#entries.delete(key);
  }
}
