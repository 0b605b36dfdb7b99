import { createPublicKey, createSecretKey, type JsonWebKey, type KeyObject } from 'node:crypto';
import { looksLikeKeyText } from './key-text.ts';
import { TokenConfigError } from './token-config-error.ts';

/** The algorithms that can be verified (RFC 7518 section 3.1, RFC 8037 section 3.1). */
export type TokenAlg = 'HS256' | 'EdDSA' | 'RS256' | 'ES256';

/**
 * A key together with the only algorithm it may be used for. A token's header is compared with `alg`, never obeyed.
 * The `KeyObject` does not show its bytes when it is logged.
 */
export interface VerificationKey {
  readonly alg: TokenAlg;
  /** When set, a token that names another `kid` is not checked against this key. */
  readonly kid?: string;
  readonly key: KeyObject;
}

/** A shared secret. It verifies and mints. */
export interface HmacKey extends VerificationKey {
  readonly alg: 'HS256';
}

const MIN_RSA_BITS = 2048;

/**
 * Turns the bytes of a shared secret into an HS256 key. Any length but zero is taken (seed deployments use short
 * ones); whether it is long enough for production is for configuration and the doctor to say.
 * @throws {TokenConfigError} `key_invalid` for no bytes, and for bytes that are a public or private key in any
 *   spelling: whoever knows the public key could otherwise mint (algorithm confusion).
 */
export function createHmacKey(secret: Uint8Array, options: { readonly kid?: string } = {}): HmacKey {
  const key = { alg: 'HS256' as const, key: createSecretKey(secret), ...withKid(options.kid) };
  assertVerificationKey(key);
  return key;
}

/**
 * Imports the public key of an issuer from PEM (SPKI or PKCS#1) or a JWK. The algorithm follows from the kind of key:
 * Ed25519 gives EdDSA, P-256 gives ES256, RSA gives RS256; a JWK whose `alg` or `use` says otherwise is refused.
 * `kid` defaults to the JWK's.
 * @throws {TokenConfigError} `key_invalid` for a private key, another kind of key, or RSA under 2,048 bits.
 */
export function importPublicKey(input: string | JsonWebKey, options: { readonly kid?: string } = {}): VerificationKey {
  const jwk = typeof input === 'string' ? undefined : input;
  refusePrivate(input);
  const key = parsePublicKey(input);
  const alg = algOfPublicKey(key);
  if (alg === undefined) throw unsupported(key);
  if (jwk) refuseOtherPurpose(jwk, alg);
  const kid = options.kid ?? jwk?.['kid'];
  const imported = { alg, key, ...withKid(kid) };
  assertVerificationKey(imported);
  return imported;
}

/**
 * Holds a key against every rule above. `createVerifier` calls it too, for keys that were put together by hand.
 * @throws {TokenConfigError} `key_invalid`.
 */
export function assertVerificationKey({ alg, kid, key }: VerificationKey): void {
  if (kid !== undefined && (typeof kid !== 'string' || kid === '')) {
    throw invalid('A key id ("kid") is empty or not text.', 'Give it a name or leave it out.');
  }
  if (alg === 'HS256') assertSecret(key);
  else if (key.type !== 'public' || algOfPublicKey(key) !== alg) throw unsupported(key, alg);
  else if (alg === 'RS256') assertStrongRsa(key);
}

function assertSecret(key: KeyObject): void {
  if (key.type !== 'secret') {
    throw invalid(
      'HS256 was asked for with a public or private key.',
      'Use a shared secret, or the algorithm of the key.',
    );
  }
  const bytes = key.export();
  if (bytes.length === 0) throw invalid('The secret is empty.', 'Set one of 32 random bytes or more.');
  if (looksLikeKeyText(bytes)) {
    throw invalid(
      'The secret is the text of a key or certificate, which is no shared secret.',
      'Configure it as the public key of that issuer, or set a random secret of 32 bytes or more.',
    );
  }
}

function assertStrongRsa(key: KeyObject): void {
  const { modulusLength = 0, publicExponent = 0n } = key.asymmetricKeyDetails ?? {};
  if (modulusLength < MIN_RSA_BITS) {
    throw invalid(
      `The RSA key has ${modulusLength} bits, and RS256 needs at least ${MIN_RSA_BITS} (RFC 7518).`,
      ROTATE,
    );
  }
  if (publicExponent < 3n || publicExponent % 2n === 0n) {
    throw invalid('The RSA key has a public exponent with which signatures prove nothing.', ROTATE);
  }
}

const ROTATE = 'Ask the issuer for a key made by current software.';

function algOfPublicKey(key: KeyObject): Exclude<TokenAlg, 'HS256'> | undefined {
  if (key.asymmetricKeyType === 'ed25519') return 'EdDSA';
  if (key.asymmetricKeyType === 'rsa') return 'RS256';
  if (key.asymmetricKeyType === 'ec' && key.asymmetricKeyDetails?.namedCurve === 'prime256v1') return 'ES256';
  return undefined;
}

function parsePublicKey(input: string | JsonWebKey): KeyObject {
  try {
    return typeof input === 'string' ? createPublicKey(input) : createPublicKey({ key: input, format: 'jwk' });
  } catch {
    throw invalid(
      'The public key could not be read as PEM or JWK.',
      'Paste the whole PEM block with real line breaks (not the two characters \\n), or the JWK object.',
    );
  }
}

function refusePrivate(input: string | JsonWebKey): void {
  const isPrivate =
    typeof input === 'string' ? /PRIVATE KEY/i.test(input) : input.d !== undefined || input.k !== undefined;
  if (!isPrivate) return;
  throw invalid('This is a private or secret key, where only a public key is needed.', 'Give the public half only.');
}

function refuseOtherPurpose(jwk: JsonWebKey, alg: TokenAlg): void {
  const { alg: named = alg, use = 'sig', key_ops: operations = ['verify'] } = jwk;
  if (named !== alg) {
    throw invalid(
      `The JWK says alg ${JSON.stringify(named)}, but a key of its kind is used with ${alg} here.`,
      CORRECT_JWK,
    );
  }
  if (use !== 'sig' || !Array.isArray(operations) || !operations.includes('verify')) {
    throw invalid('The JWK is not meant for verifying signatures ("use" or "key_ops").', CORRECT_JWK);
  }
}

const CORRECT_JWK = "Take the issuer's signing key from its published key set.";

function unsupported(key: KeyObject, alg?: TokenAlg): TokenConfigError {
  const kind = key.type === 'public' ? `${key.asymmetricKeyType} public` : key.type;
  return invalid(
    `A ${kind} key cannot verify ${alg ?? 'tokens'} here.`,
    'Use Ed25519 (EdDSA), P-256 (ES256) or RSA (RS256) public keys, or a shared secret (HS256).',
  );
}

function withKid(kid: unknown): { readonly kid?: string } {
  return kid === undefined ? {} : { kid: kid as string };
}

function invalid(problem: string, remedy: string): TokenConfigError {
  return new TokenConfigError('key_invalid', problem, remedy);
}
