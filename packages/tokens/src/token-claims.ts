import type { JsonObject } from './json-object.ts';
import { quote } from './quote.ts';
import { refuseToken, type TokenFailure } from './token-failure.ts';

/** The claims this server reads, with the types RFC 7519 section 4.1 gives them. Not yet believed. */
export interface TokenClaims extends TokenTimes {
  readonly ok: true;
  readonly issuer?: string;
  readonly audiences: readonly string[];
  /** The id as the token states it, before an issuer's prefix. */
  readonly userId: string;
  readonly sessionId?: string;
  readonly tokenId?: string;
  readonly name?: string;
  /** `roles` and `caps` mean nothing until the issuer is known to be trusted with them. */
  readonly roles?: unknown;
  readonly caps?: unknown;
}

/** Seconds since 1970-01-01T00:00:00Z. */
export interface TokenTimes {
  readonly issuedAt?: number;
  readonly notBefore?: number;
  readonly expiresAt: number;
}

/** The claims that may hold the user id; the first that is present counts, even if it turns out to be unusable. */
const USER_ID_CLAIMS = ['sub', 'userId', 'user_id', 'id'] as const;

/** Longest user id, in UTF-16 code units. */
const MAX_USER_ID_CHARS = 255;

/** Times from here on (the year 5138) are milliseconds that somebody took for seconds. */
export const MAX_NUMERIC_DATE = 1e11;

/**
 * Reads the claims strictly: what is present has the right type, `exp` and a user id are present. A claim set to
 * `null` is present. Everything else is `token_malformed`.
 */
export function readTokenClaims(payload: JsonObject): TokenClaims | TokenFailure {
  const fault = findFault(payload);
  if (fault !== undefined) return refuseToken('token_malformed', fault);
  const { iss, aud, sid, jti, name, roles, caps, iat, nbf, exp } = payload as JsonObject & WellTyped;
  return {
    ok: true,
    userId: String(userIdOf(payload)?.value),
    audiences: aud === undefined ? [] : [aud].flat(),
    // RFC 7519 section 2 allows fractions; each is rounded to the side on which the token is valid for less time.
    expiresAt: Math.floor(exp),
    ...(nbf !== undefined && { notBefore: Math.ceil(nbf) }),
    ...(iat !== undefined && { issuedAt: Math.floor(iat) }),
    ...(iss !== undefined && { issuer: iss }),
    ...(sid !== undefined && { sessionId: sid }),
    ...(jti !== undefined && { tokenId: jti }),
    ...(typeof name === 'string' && name !== '' && { name }),
    ...(roles !== undefined && { roles }),
    ...(caps !== undefined && { caps }),
  };
}

/** What {@link findFault} has made sure of. */
interface WellTyped {
  readonly exp: number;
  readonly iat?: number;
  readonly nbf?: number;
  readonly iss?: string;
  readonly sid?: string;
  readonly jti?: string;
  readonly aud?: string | readonly string[];
  readonly name?: unknown;
  readonly roles?: unknown;
  readonly caps?: unknown;
}

function findFault(payload: JsonObject): string | undefined {
  const { iss, sid, jti, aud, exp, nbf, iat } = payload;
  return (
    textFault('iss', iss) ??
    textFault('sid', sid) ??
    textFault('jti', jti) ??
    audienceFault(aud) ??
    (exp === undefined ? 'The token has no "exp", and a token that never expires is not accepted.' : undefined) ??
    timeFault('exp', exp) ??
    timeFault('nbf', nbf) ??
    timeFault('iat', iat) ??
    userIdFault(payload)
  );
}

function textFault(name: string, value: unknown): string | undefined {
  if (value === undefined || typeof value === 'string') return undefined;
  return `"${name}" is ${quote(value)}, not text.`;
}

function audienceFault(aud: unknown): string | undefined {
  if (aud === undefined || typeof aud === 'string') return undefined;
  if (Array.isArray(aud) && aud.every((item) => typeof item === 'string')) return undefined;
  return `"aud" is ${quote(aud)}, not text or a list of texts.`;
}

function timeFault(name: string, value: unknown): string | undefined {
  if (value === undefined) return undefined;
  if (typeof value !== 'number' || !Number.isFinite(value) || value < 0) {
    return `"${name}" is ${quote(value)}, not a number of seconds since 1970.`;
  }
  if (value < MAX_NUMERIC_DATE) return undefined;
  return `"${name}" is ${quote(value)}: that looks like milliseconds, and it must be seconds.`;
}

function userIdFault(payload: JsonObject): string | undefined {
  const found = userIdOf(payload);
  if (found === undefined) return `The token names no user: it has none of ${USER_ID_CLAIMS.join(', ')}.`;
  const { name, value } = found;
  if (Number.isSafeInteger(value)) return undefined;
  if (typeof value !== 'string') return `"${name}" is ${quote(value)}, not text or a whole number.`;
  if (value.trim() === '') return `"${name}" is empty.`;
  if (value.length > MAX_USER_ID_CHARS) return `"${name}" is longer than ${MAX_USER_ID_CHARS} characters.`;
  // Half a surrogate pair becomes U+FFFD when it is stored, so two users would become one.
  if (!value.isWellFormed() || /\p{Cc}/u.test(value)) return `"${name}" holds control characters or broken text.`;
  return undefined;
}

function userIdOf(payload: JsonObject): { readonly name: string; readonly value: unknown } | undefined {
  const name = USER_ID_CLAIMS.find((claim) => Object.hasOwn(payload, claim));
  return name === undefined ? undefined : { name, value: payload[name] };
}
