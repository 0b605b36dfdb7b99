import { type IssuerPolicy, OWN_ISSUER, RESERVED_USER_PREFIX } from './issuers.ts';
import { quote } from './quote.ts';
import type { TokenClaims } from './token-claims.ts';
import { refuseToken, type TokenFailure } from './token-failure.ts';

/** What a verified token says. Frozen, `caps` included, because the cache hands the same object to many callers. */
export interface VerifiedClaims {
  /** The user's id here: the issuer's prefix and the id in the token. */
  readonly userId: string;
  /** `parley`, or the configured name of the foreign issuer. */
  readonly issuerName: string;
  readonly isOwn: boolean;
  /** `sid`; every own token has one. */
  readonly sessionId?: string;
  /** `jti`; every own token has one. */
  readonly tokenId?: string;
  /** Empty when the issuer is not trusted with roles. */
  readonly roles: readonly string[];
  /** As the token states it, for the reader of capabilities to check; absent when the issuer is not trusted with it. */
  readonly caps?: unknown;
  /** Seconds since 1970. */
  readonly issuedAt?: number;
  /**
   * Seconds since 1970: `exp`, rounded down. The verifier accepts the token until `expiresAt + leewaySeconds`, so a
   * connection that is closed on expiry should be closed then.
   */
  readonly expiresAt: number;
  /** A name to show, chosen by the issuer or even the user. */
  readonly name?: string;
}

/** Says who a token whose signature, issuer and audience are in order speaks for. */
export function identify(claims: TokenClaims, policy: IssuerPolicy): VerifiedClaims | TokenFailure {
  const userId = policy.prefix + claims.userId;
  const fault = policy.isOwn ? findOwnFault(claims) : undefined;
  if (fault !== undefined) return refuseToken('token_malformed', fault);
  if (!policy.isOwn && userId.startsWith(RESERVED_USER_PREFIX)) {
    return refuseToken(
      'token_issuer',
      `Issuer ${quote(policy.name)} names the user ${quote(userId)}, but ids that begin with ${RESERVED_USER_PREFIX} belong to this server.`,
    );
  }
  const roles = policy.trustsRoles && claims.roles !== undefined ? claims.roles : [];
  if (!isListOfNames(roles)) return refuseToken('token_malformed', '"roles" is not a list of names.');
  const { sessionId, tokenId, issuedAt, expiresAt, name, caps } = claims;
  return Object.freeze({
    userId,
    issuerName: policy.name,
    isOwn: policy.isOwn,
    roles: Object.freeze(roles),
    expiresAt,
    ...(issuedAt !== undefined && { issuedAt }),
    ...(sessionId !== undefined && { sessionId }),
    ...(tokenId !== undefined && { tokenId }),
    ...(name !== undefined && { name }),
    ...(policy.trustsCaps && caps !== undefined && { caps: freezeDeep(caps) }),
  });
}

function findOwnFault(claims: TokenClaims): string | undefined {
  const required = { iat: claims.issuedAt, sid: claims.sessionId, jti: claims.tokenId, roles: claims.roles };
  const missing = Object.entries(required).find(([, value]) => value === undefined || value === '');
  return missing && `A token of ${OWN_ISSUER} needs "${missing[0]}".`;
}

function isListOfNames(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string' && item !== '');
}

/** `value` comes from JSON, so it has no cycles; its depth is bounded by the parser. */
function freezeDeep(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  for (const member of Object.values(value)) freezeDeep(member);
  return Object.freeze(value);
}
