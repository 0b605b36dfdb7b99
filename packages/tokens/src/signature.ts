import { createHmac, type KeyObject, sign, timingSafeEqual, verify } from 'node:crypto';
import type { TokenAlg, VerificationKey } from './verification-key.ts';

/**
 * Whether `signature` is the key's signature of the ASCII text `signingInput`, under the key's own algorithm.
 * Takes the same time for every wrong HMAC. Never throws.
 */
export function isSignatureValid({ alg, key }: VerificationKey, signingInput: string, signature: Buffer): boolean {
  return checks[alg](key, signingInput, signature);
}

/** Signs with HMAC-SHA256 (a secret key) or Ed25519 (a private key). */
export function signText(key: KeyObject, signingInput: string): Buffer {
  if (key.type === 'secret') return hmac(key, signingInput);
  return sign(null, Buffer.from(signingInput), key);
}

type Check = (key: KeyObject, signingInput: string, signature: Buffer) => boolean;

const HMAC_BYTES = 32;
const CURVE_BYTES = 64;

const checks: Record<TokenAlg, Check> = {
  HS256: (key, signingInput, signature) =>
    signature.length === HMAC_BYTES && timingSafeEqual(hmac(key, signingInput), signature),
  EdDSA: (key, signingInput, signature) =>
    signature.length === CURVE_BYTES && verify(null, Buffer.from(signingInput), key, signature),
  // RFC 7518 section 3.4: r and s side by side, not the DER that node:crypto takes by default.
  ES256: (key, signingInput, signature) =>
    signature.length === CURVE_BYTES &&
    verify('sha256', Buffer.from(signingInput), { key, dsaEncoding: 'ieee-p1363' }, signature),
  RS256: (key, signingInput, signature) => verify('sha256', Buffer.from(signingInput), key, signature),
};

function hmac(key: KeyObject, signingInput: string): Buffer {
  return createHmac('sha256', key).update(signingInput).digest();
}
