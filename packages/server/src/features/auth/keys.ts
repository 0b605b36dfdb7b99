import { API_KEY_PREFIX } from '@parley/tokens';
import { AppError } from '../../kernel/app-error.ts';
import type { Clock } from '../../kernel/clock.ts';
import { createId } from '../../kernel/ids.ts';
import type { AccountStore, ApiKeyRecord } from '../../ports/account-store.ts';
import type { AuditTrail } from './audit-trail.ts';
import { createOpaqueToken, hashOpaqueToken, hasOpaqueForm } from './opaque-token.ts';
import type { Requester } from './requester.ts';
import { isScope, SCOPE_NAMES, type Scope } from './scopes.ts';

const NAME_FORM = /^[^\p{C}]{1,64}$/u;

export interface ApiKeysOptions {
  readonly accounts: AccountStore;
  readonly trail: AuditTrail;
  readonly clock: Clock;
  /** How long a key is taken for good without asking the store; the longest that a revocation on another node takes. Default 10,000. */
  readonly cacheMs?: number;
  /** Keys remembered. Default 1,000. */
  readonly maxCached?: number;
}

/** A live key, as its holder proved to have it. */
export interface ApiKey {
  readonly id: string;
  readonly name: string;
  readonly scopes: ReadonlySet<Scope>;
}

/** What became of an `Authorization` header that should carry a key. */
export type KeyAuthentication =
  | { readonly ok: true; readonly key: ApiKey }
  | { readonly ok: false; readonly code: 'api_key_invalid' };

/** Keys with which backends use the HTTP API: opaque, shown once, stored as SHA-256 only. */
export class ApiKeys {
  readonly #accounts: AccountStore;
  readonly #trail: AuditTrail;
  readonly #clock: Clock;
  readonly #cacheMs: number;
  readonly #maxCached: number;
  /** By hash. Unknown keys are not remembered: strangers must not push good ones out. */
  readonly #cache = new Map<string, { readonly key: ApiKey; readonly untilMs: number }>();
  /** Grows with each revocation, so that a look-up that began before it is not remembered. */
  #revocations = 0;

  constructor(options: ApiKeysOptions) {
    this.#accounts = options.accounts;
    this.#trail = options.trail;
    this.#clock = options.clock;
    this.#cacheMs = options.cacheMs ?? 10_000;
    this.#maxCached = options.maxCached ?? 1000;
  }

  /**
   * Makes a key. `secret` is what the backend sends; it cannot be shown again.
   * @throws AppError `invalid_fields` for a name that is not 1 to 64 printable characters, or an unknown or missing scope
   */
  async create(
    wish: { readonly name: string; readonly scopes: readonly string[] },
    by: Requester,
  ): Promise<{
    readonly id: string;
    readonly name: string;
    readonly scopes: readonly Scope[];
    readonly secret: string;
  }> {
    const { name } = wish;
    if (!NAME_FORM.test(name)) throw new AppError('invalid_fields', { message: 'name: 1 to 64 printable characters.' });
    const scopes = parseScopes(wish.scopes);
    const secret = createOpaqueToken(API_KEY_PREFIX);
    const id = createId('key');
    await this.#accounts.createKey({ id, name, hash: hashOpaqueToken(secret), scopes });
    await this.#trail.succeeded({
      action: 'authn_token_created',
      by,
      object: { kind: 'key', id },
      details: { scopes: scopes.join(' ') },
    });
    return { id, name, scopes, secret };
  }

  /** All keys, revoked ones included, without their secrets. */
  async list(): Promise<readonly ApiKeyRecord[]> {
    return this.#accounts.listKeys();
  }

  /** Revokes a key: at once on this node, within `cacheMs` on others. @throws AppError `not_found` */
  async revoke(id: string, by: Requester): Promise<void> {
    const wasLive = await this.#accounts.revokeKey(id);
    this.#revocations++;
    for (const [hash, { key }] of this.#cache) if (key.id === id) this.#cache.delete(hash);
    if (!wasLive) throw new AppError('not_found', { message: 'There is no such live key.', remedy: 'List the keys.' });
    await this.#trail.succeeded({ action: 'authn_token_revoked', by, object: { kind: 'key', id } });
  }

  /** Looks up the key of an `Authorization` header (`Bearer <key>`). @throws AppError as the store */
  async authenticate(header: string | undefined): Promise<KeyAuthentication> {
    const secret = keyIn(header);
    if (secret === undefined) return { ok: false, code: 'api_key_invalid' };
    const hash = hashOpaqueToken(secret);
    const cached = this.#cache.get(hash);
    if (cached !== undefined && cached.untilMs > this.#clock.monotonic()) return { ok: true, key: cached.key };
    this.#cache.delete(hash);
    const revocationsBefore = this.#revocations;
    const record = await this.#accounts.findKey(hash);
    if (record === undefined) return { ok: false, code: 'api_key_invalid' };
    const key = { id: record.id, name: record.name, scopes: new Set(record.scopes.filter(isScope)) };
    if (this.#revocations === revocationsBefore) this.#remember(hash, key);
    return { ok: true, key };
  }

  #remember(hash: string, key: ApiKey): void {
    this.#cache.set(hash, { key, untilMs: this.#clock.monotonic() + this.#cacheMs });
    if (this.#cache.size <= this.#maxCached) return;
    const [oldest] = this.#cache.keys();
    if (oldest !== undefined) this.#cache.delete(oldest);
  }
}

/** Whether an `Authorization` header means to carry an API key rather than a token. */
export function meansApiKey(header: string | undefined): boolean {
  return header !== undefined && bearerOf(header)?.startsWith(API_KEY_PREFIX) === true;
}

function keyIn(header: string | undefined): string | undefined {
  const secret = header === undefined ? undefined : bearerOf(header);
  return secret !== undefined && hasOpaqueForm(API_KEY_PREFIX, secret) ? secret : undefined;
}

/** RFC 6750 section 2.1; the scheme is compared without case (RFC 9110 section 11.1). */
function bearerOf(header: string): string | undefined {
  return /^bearer +(\S+)$/i.exec(header)?.[1];
}

function parseScopes(wished: readonly string[]): readonly Scope[] {
  const scopes = [...new Set(wished)];
  if (scopes.length > 0 && scopes.every(isScope)) return scopes;
  throw new AppError('invalid_fields', { message: `scopes: one or more of ${SCOPE_NAMES.join(', ')}.` });
}
