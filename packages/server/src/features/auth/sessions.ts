import { mintOwnToken, OWN_ISSUER, REFRESH_TOKEN_PREFIX, RESERVED_USER_PREFIX, type SigningKey } from '@parley/tokens';
import { AppError } from '../../kernel/app-error.ts';
import type { Clock } from '../../kernel/clock.ts';
import { createId } from '../../kernel/ids.ts';
import type { Log } from '../../kernel/log.ts';
import type { AccountStore, SessionRecord, UserRecord } from '../../ports/account-store.ts';
import type { Identity } from '../../ports/caller.ts';
import type { AuditTrail } from './audit-trail.ts';
import { FailureGate } from './failure-gate.ts';
import { createOpaqueToken, hashOpaqueToken, hasOpaqueForm } from './opaque-token.ts';
import { anonymousFrom, type Requester } from './requester.ts';
import type { Revocations } from './revocations.ts';
import type { SessionGrant } from './session-grant.ts';

const USER_AGENT_MAX_CHARS = 256;
/** Sessions revoked at once, so that somebody with thousands does not fill the storage queue. */
const REVOCATION_BATCH = 256;

export interface SessionsOptions {
  readonly accounts: AccountStore;
  readonly revocations: Revocations;
  readonly trail: AuditTrail;
  readonly signingKey: SigningKey;
  readonly clock: Clock;
  readonly log: Log;
  /** Life of an access token. Default 900. */
  readonly accessTokenTtlSeconds?: number;
  /** Life of a refresh token, counted anew by each refresh. Default 2,592,000 (30 days). */
  readonly refreshTokenTtlSeconds?: number;
  /** How long past their `exp` tokens are still accepted. */
  readonly leewaySeconds: number;
}

/**
 * Sessions of local users: a short-lived signed access token and an opaque refresh token, stored as SHA-256 only, that
 * works once. A refresh token that comes a second time was copied, or its owner is confused: its session ends.
 *
 * Beginnings and ends are audited; refreshes are not, they would be nine in ten entries.
 */
export class Sessions {
  readonly #accounts: AccountStore;
  readonly #revocations: Revocations;
  readonly #trail: AuditTrail;
  readonly #signingKey: SigningKey;
  readonly #clock: Clock;
  readonly #log: Log;
  /** Every refresh is a write, also a wrong one. */
  readonly #refreshGate = new FailureGate({ maxFailures: 300, windowMs: 60_000 });
  readonly #accessTtlSeconds: number;
  readonly #refreshTtlMs: number;
  readonly #leewayMs: number;

  constructor(options: SessionsOptions) {
    this.#accounts = options.accounts;
    this.#revocations = options.revocations;
    this.#trail = options.trail;
    this.#signingKey = options.signingKey;
    this.#clock = options.clock;
    this.#log = options.log;
    this.#accessTtlSeconds = options.accessTokenTtlSeconds ?? 900;
    this.#refreshTtlMs = (options.refreshTokenTtlSeconds ?? 30 * 86_400) * 1000;
    this.#leewayMs = options.leewaySeconds * 1000;
  }

  /** Begins a session of a user who proved who they are. @throws AppError as the store */
  async open(user: UserRecord, userAgent: string | null): Promise<SessionGrant> {
    const sessionId = createId('ses');
    const refreshToken = createOpaqueToken(REFRESH_TOKEN_PREFIX);
    await this.#accounts.createSession({
      id: sessionId,
      userId: user.id,
      refreshHash: hashOpaqueToken(refreshToken),
      expiresAtMs: this.#clock.now() + this.#refreshTtlMs,
      userAgent: userAgent?.slice(0, USER_AGENT_MAX_CHARS) ?? null,
    });
    return this.#grant(user, sessionId, refreshToken);
  }

  /**
   * Replaces a refresh token by the next, with a new access token.
   * @throws AppError `refresh_invalid`, `refresh_reused` (its session has ended), `account_disabled`, `rate_limited`; and
   *   as the store
   */
  async refresh(refreshToken: string, address: string): Promise<SessionGrant> {
    if (!hasOpaqueForm(REFRESH_TOKEN_PREFIX, refreshToken)) throw new AppError('refresh_invalid');
    await this.#refreshGate.assertOpen(address);
    const next = createOpaqueToken(REFRESH_TOKEN_PREFIX);
    const outcome = await this.#accounts.rotateRefresh({
      refreshHash: hashOpaqueToken(refreshToken),
      nextHash: hashOpaqueToken(next),
      nextExpiresAtMs: this.#clock.now() + this.#refreshTtlMs,
    });
    if (outcome.status !== 'rotated') await this.#refreshGate.count(address);
    if (outcome.status === 'invalid') throw new AppError('refresh_invalid');
    if (outcome.status === 'reused') return this.#refuseReuse(outcome.session, address);
    if (outcome.user.isDisabled) throw new AppError('account_disabled');
    return this.#grant(outcome.user, outcome.session.id, next);
  }

  /** Ends what this identity's token belongs to: its session, or only the token when another issuer made it. */
  async logout(identity: Identity, by: Requester): Promise<void> {
    const { sessionId, tokenId } = identity;
    if (sessionId !== undefined) {
      await this.#end(sessionId, by);
    } else if (tokenId !== undefined) {
      await this.endToken(tokenId, identity.expiresAtMs, by);
    }
  }

  /** A user's sessions that have not ended, newest first. */
  async list(userId: string): Promise<readonly SessionRecord[]> {
    const nowMs = this.#clock.now();
    const sessions = await this.#accounts.listSessions(userId);
    return sessions
      .filter(({ endedAtMs, expiresAtMs }) => endedAtMs === null && expiresAtMs > nowMs)
      .toSorted((a, b) => b.createdAtMs - a.createdAtMs);
  }

  /** Ends one session of a user. @throws AppError `not_found` when that user has no such live session */
  async end(userId: string, sessionId: string, by: Requester): Promise<void> {
    const sessions = await this.list(userId);
    if (!sessions.some(({ id }) => id === sessionId)) {
      throw new AppError('not_found', { message: 'There is no such session.', remedy: 'List them: GET /v1/sessions.' });
    }
    await this.#end(sessionId, by);
  }

  /**
   * Ends a session whoever's it is, known to the store or not: its tokens are refused from now on.
   * @throws AppError as the store
   */
  async endById(sessionId: string, by: Requester): Promise<void> {
    await this.#end(sessionId, by);
  }

  /**
   * Ends one token.
   * @param tokenId its `jti`; for a token without one, what `Authenticator` made up for it.
   * @param expiresAtMs its `exp`; null when that is not known, and it is remembered for good.
   * @throws AppError as the store
   */
  async endToken(tokenId: string, expiresAtMs: number | null, by: Requester): Promise<void> {
    await this.#record('token', tokenId, by);
    await this.#revocations.revoke('token', tokenId, expiresAtMs === null ? null : expiresAtMs + this.#leewayMs);
  }

  /** Ends all that a user was issued until now, here or by another issuer. @throws AppError as the store */
  async endAll(userId: string, by: Requester): Promise<void> {
    await this.endSessionsOf(userId);
    await this.#record('user', userId, by);
    const isLocal = userId.startsWith(RESERVED_USER_PREFIX);
    await this.#revocations.revoke('user', userId, isLocal ? this.#lastTokenEndsMs() : null);
  }

  /** Ends every session of a user, each by name and without an audit entry of its own. @throws AppError as the store */
  async endSessionsOf(userId: string): Promise<void> {
    const ids = await this.#accounts.endSessionsOf(userId);
    for (let start = 0; start < ids.length; start += REVOCATION_BATCH) {
      const batch = ids.slice(start, start + REVOCATION_BATCH);
      await Promise.all(batch.map((id) => this.#revocations.revoke('session', id, this.#lastTokenEndsMs())));
    }
  }

  async #end(sessionId: string, by: Requester): Promise<void> {
    await this.#accounts.endSession(sessionId);
    await this.#record('session', sessionId, by);
    await this.#revocations.revoke('session', sessionId, this.#lastTokenEndsMs());
  }

  async #refuseReuse(session: SessionRecord, address: string): Promise<never> {
    this.#log.warn(
      { user: session.userId, session: session.id },
      'refresh token was used twice; its session has ended',
    );
    await this.#trail.failed({
      action: 'authn_token_reuse',
      by: anonymousFrom(address),
      object: { kind: 'session', id: session.id },
      reason: 'refresh_reused',
    });
    await this.#revocations.revoke('session', session.id, this.#lastTokenEndsMs());
    throw new AppError('refresh_reused');
  }

  async #record(kind: 'session' | 'token' | 'user', id: string, by: Requester): Promise<void> {
    await this.#trail.succeeded({ action: 'authn_token_revoked', by, object: { kind, id } });
  }

  #grant(user: UserRecord, sessionId: string, refreshToken: string): SessionGrant {
    const tokenId = createId('tok');
    const nowMs = this.#clock.now();
    const accessToken = mintOwnToken(
      { userId: user.id, sessionId, tokenId, roles: user.roles },
      { key: this.#signingKey, ttlSeconds: this.#accessTtlSeconds, now: () => nowMs },
    );
    const issuedAtMs = Math.floor(nowMs / 1000) * 1000;
    const identity: Identity = {
      userId: user.id,
      sessionId,
      tokenId,
      issuer: OWN_ISSUER,
      roles: user.roles,
      caps: undefined,
      issuedAtMs,
      expiresAtMs: issuedAtMs + this.#accessTtlSeconds * 1000,
    };
    return { user, identity, accessToken, refreshToken };
  }

  /** When the last access token that may have been minted by now is refused by its `exp`. */
  #lastTokenEndsMs(): number {
    return this.#clock.now() + this.#accessTtlSeconds * 1000 + this.#leewayMs;
  }
}
