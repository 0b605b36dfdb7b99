import { hash } from 'node:crypto';
import { type ErrorCode, errorRow } from '@parley/protocol';
import type { VerifiedClaims, Verifier } from '@parley/tokens';
import type { Clock } from '../../kernel/clock.ts';
import type { AuthenticateOutcome } from '../../ports/authenticate.ts';
import type { Identity } from '../../ports/caller.ts';
import type { ForeignUsers } from './foreign-users.ts';
import type { Revocations } from './revocations.ts';

export interface AuthenticatorOptions {
  readonly verifier: Verifier;
  readonly revocations: Revocations;
  readonly foreignUsers: ForeignUsers;
  readonly clock: Clock;
  /** The verifier's leeway, in seconds. */
  readonly leewaySeconds: number;
}

/** Decides who a presented token speaks for: the verifier's verdict, then what was revoked since. */
export class Authenticator {
  readonly #verifier: Verifier;
  readonly #revocations: Revocations;
  readonly #foreignUsers: ForeignUsers;
  readonly #clock: Clock;
  readonly #leewayMs: number;

  constructor(options: AuthenticatorOptions) {
    this.#verifier = options.verifier;
    this.#revocations = options.revocations;
    this.#foreignUsers = options.foreignUsers;
    this.#clock = options.clock;
    this.#leewayMs = options.leewaySeconds * 1000;
  }

  /**
   * Decides about whatever was presented as a token, synchronously; `undefined` means that nothing was. Never throws.
   * A user of another issuer who comes for the first time is stored on the way (see ForeignUsers).
   */
  authenticate(token: unknown): AuthenticateOutcome {
    const verdict = this.#verifier.verify(token);
    if (!verdict.ok) return refuse(verdict.code, verdict.detail);
    const { claims } = verdict;
    const identity = this.#identify(claims, token as string);
    const code = this.#revocations.refusalOf(identity);
    if (code !== undefined) return refuse(code, `The token of user ${identity.userId} verifies, but was ended before.`);
    if (!claims.isOwn) this.#foreignUsers.meet({ id: claims.userId, issuer: claims.issuerName, name: claims.name });
    return { ok: true, identity };
  }

  #identify(claims: VerifiedClaims, token: string): Identity {
    return {
      userId: claims.userId,
      sessionId: claims.isOwn ? claims.sessionId : undefined,
      // so that every token can be revoked by itself
      tokenId: claims.tokenId ?? `sha256:${hash('sha256', token, 'base64url')}`,
      issuer: claims.issuerName,
      roles: claims.roles,
      caps: claims.caps,
      issuedAtMs: (claims.issuedAt ?? 0) * 1000,
      expiresAtMs: this.#endOf(claims.expiresAt * 1000),
    };
  }

  /** A connection ends at `exp`; one that a token within the leeway opened would end at once, so it gets the leeway. */
  #endOf(expMs: number): number {
    return this.#clock.now() < expMs ? expMs : expMs + this.#leewayMs;
  }
}

function refuse(code: ErrorCode, detail: string): AuthenticateOutcome {
  return { ok: false, code, message: errorRow(code).message, detail };
}
