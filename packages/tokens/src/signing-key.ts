import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { TokenConfigError } from './token-config-error.ts';
import type { VerificationKey } from './verification-key.ts';

/**
 * Parley's own signing key as it is stored: an Ed25519 private JWK (RFC 8037) with its RFC 7638 thumbprint as `kid`.
 * Plain JSON. `d` is the secret: write it to a file of mode 0600 and never log it.
 */
export interface SigningKeyJwk {
  readonly kty: 'OKP';
  readonly crv: 'Ed25519';
  readonly x: string;
  readonly d: string;
  readonly kid: string;
  readonly alg: 'EdDSA';
  readonly use: 'sig';
}

/** An imported signing key. Logging it shows no key material. */
export interface SigningKey {
  readonly alg: 'EdDSA';
  readonly kid: string;
  readonly privateKey: KeyObject;
  /** The public half, for `createVerifier`. */
  readonly verificationKey: VerificationKey;
}

/** Makes a new signing key, ready for `JSON.stringify` and {@link importSigningKey}. */
export function generateSigningKey(): SigningKeyJwk {
  const { x = '', d = '' } = generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' });
  return { kty: 'OKP', crv: 'Ed25519', x, d, kid: thumbprint(x), alg: 'EdDSA', use: 'sig' };
}

/**
 * Imports what {@link generateSigningKey} made. Takes `unknown`: the value usually comes from a file.
 * @throws {TokenConfigError} `key_invalid` when it is not an Ed25519 private JWK, when `x` is not the public half of
 *   `d`, or when `kid` is not the key's thumbprint: a damaged or edited file must not start to sign.
 */
export function importSigningKey(jwk: unknown): SigningKey {
  const { kty, crv, d, x, kid } = (typeof jwk === 'object' && jwk !== null ? jwk : {}) as Record<string, unknown>;
  if (kty !== 'OKP' || crv !== 'Ed25519' || typeof d !== 'string' || typeof x !== 'string') {
    throw invalid('The signing key is not an Ed25519 private JWK.');
  }
  const privateKey = readPrivateKey({ kty, crv, d, x });
  const key = createPublicKey(privateKey);
  // node:crypto ignores a wrong x; signing under one public key and publishing another would refuse every token.
  if (key.export({ format: 'jwk' }).x !== x) throw invalid('The two halves of the signing key do not belong together.');
  if (kid !== thumbprint(x)) throw invalid('The id of the signing key is not its thumbprint (RFC 7638).');
  return { alg: 'EdDSA', kid, privateKey, verificationKey: { alg: 'EdDSA', kid, key } };
}

function readPrivateKey(key: { kty: string; crv: string; d: string; x: string }): KeyObject {
  try {
    return createPrivateKey({ key, format: 'jwk' });
  } catch {
    throw invalid('The signing key holds values that are no Ed25519 key.');
  }
}

/** RFC 7638 with SHA-256: the required members of an OKP key (RFC 8037 section 2) in lexical order. */
function thumbprint(x: string): string {
  return createHash('sha256')
    .update(JSON.stringify({ crv: 'Ed25519', kty: 'OKP', x }))
    .digest('base64url');
}

function invalid(problem: string): TokenConfigError {
  return new TokenConfigError(
    'key_invalid',
    problem,
    'Restore the key file from a backup; if there is none, remove it to have a new key made, which ends all sessions.',
  );
}
