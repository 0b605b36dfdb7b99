import { MAX_TOKEN_CHARS } from './compact-jws.ts';
import { OWN_ISSUER } from './issuers.ts';
import { type JsonObject, parseJsonObject } from './json-object.ts';
import { quote } from './quote.ts';
import { signText } from './signature.ts';
import type { SigningKey } from './signing-key.ts';
import { readTokenClaims } from './token-claims.ts';
import { TokenConfigError } from './token-config-error.ts';
import type { HmacKey } from './verification-key.ts';

/** The claims of a new token. `iat` and `exp` are not among them: they follow from the clock and `ttlSeconds`. */
export interface MintClaims {
  readonly sub?: string;
  readonly iss?: string;
  readonly aud?: string | readonly string[];
  readonly sid?: string;
  readonly jti?: string;
  /** Seconds since 1970. */
  readonly nbf?: number;
  readonly roles?: readonly string[];
  readonly iat?: never;
  readonly exp?: never;
  readonly [claim: string]: unknown;
}

export interface MintOptions {
  /** A signing key signs with EdDSA, a shared secret with HS256. */
  readonly key: SigningKey | HmacKey;
  /** How long the token lives, in whole seconds. A number only: `"3600"` is refused, because libraries disagree on it. */
  readonly ttlSeconds: number;
  /** The clock, in milliseconds since 1970. Default `Date.now`. */
  readonly now?: () => number;
}

/** Whom an own token is for. */
export interface OwnTokenClaims {
  readonly userId: string;
  readonly sessionId: string;
  /** Unique for each token. */
  readonly tokenId: string;
  readonly roles: readonly string[];
  readonly name?: string;
  readonly audience?: string;
  readonly caps?: unknown;
}

/**
 * Mints a token as another service would (HS256 or EdDSA). What it returns is well formed: a verifier that has the key
 * never calls it `token_malformed`.
 * @throws {TokenConfigError} `mint_invalid` when the claims name no user or hold a value of the wrong type, when
 *   `ttlSeconds` is not a whole number above 0, or when the token would exceed 8,192 characters.
 */
export function mintToken(claims: MintClaims, { key, ttlSeconds, now = Date.now }: MintOptions): string {
  assertTtl(ttlSeconds);
  if (claims.iat !== undefined || claims.exp !== undefined) {
    throw invalid('"iat" and "exp" were given.', 'Leave them out: they follow from ttlSeconds.');
  }
  const issuedAt = Math.floor(now() / 1000);
  const payload = encodePayload({ ...claims, iat: issuedAt, exp: issuedAt + ttlSeconds });
  const header = { alg: key.alg, typ: 'JWT', ...(key.kid !== undefined && { kid: key.kid }) };
  const signingInput = `${Buffer.from(JSON.stringify(header)).toString('base64url')}.${payload}`;
  const signature = signText('privateKey' in key ? key.privateKey : key.key, signingInput);
  const token = `${signingInput}.${signature.toString('base64url')}`;
  if (token.length <= MAX_TOKEN_CHARS) return token;
  throw invalid(
    `The token would have ${token.length} characters, and ${MAX_TOKEN_CHARS} are accepted.`,
    'Leave claims out.',
  );
}

/**
 * Mints one of Parley's own tokens: `iss` is `parley`, signed with EdDSA.
 * @throws {TokenConfigError} as `mintToken`; also for an empty session or token id.
 */
export function mintOwnToken(
  own: OwnTokenClaims,
  options: Omit<MintOptions, 'key'> & { readonly key: SigningKey },
): string {
  const { userId, sessionId, tokenId, roles, name, audience, caps } = own;
  if (sessionId === '' || tokenId === '') throw invalid('The session id or token id is empty.', 'Give both.');
  if (roles.includes('')) throw invalid('A role has an empty name.', 'Leave it out.');
  const optional = { ...(audience !== undefined && { aud: audience }), ...(name !== undefined && { name }) };
  const claims = { iss: OWN_ISSUER, sub: userId, sid: sessionId, jti: tokenId, roles, ...optional };
  return mintToken(caps === undefined ? claims : { ...claims, caps }, options);
}

/** Serialises the claims, and reads them back as the verifier will. */
function encodePayload(claims: JsonObject): string {
  const bytes = Buffer.from(serialise(claims));
  const payload = parseJsonObject(bytes);
  if (payload === undefined) throw invalid('The claims are nested too deep.', 'Flatten them.');
  const read = readTokenClaims(payload);
  if (!read.ok) throw invalid(read.detail, 'Correct that claim.');
  return bytes.toString('base64url');
}

function serialise(claims: JsonObject): string {
  try {
    return JSON.stringify(claims);
  } catch (cause) {
    throw invalid(
      `The claims are not JSON: ${quote((cause as Error).message)}.`,
      'Use texts, numbers, lists and objects.',
    );
  }
}

function assertTtl(ttlSeconds: unknown): void {
  if (typeof ttlSeconds === 'number' && Number.isSafeInteger(ttlSeconds) && ttlSeconds > 0) return;
  throw invalid(
    `ttlSeconds is ${quote(ttlSeconds)}.`,
    'Give a whole number of seconds above 0, as a number and not as text.',
  );
}

function invalid(problem: string, remedy: string): TokenConfigError {
  return new TokenConfigError('mint_invalid', problem, remedy);
}
