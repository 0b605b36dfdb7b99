import { createHmac, randomBytes } from 'node:crypto';
import type { ForeignIssuer } from '../issuers.ts';
import { createHmacKey } from '../verification-key.ts';
import { createVerifier, type Verifier, type VerifierOptions } from '../verifier.ts';

/** The moment at which all tests happen. */
export const NOW_SECONDS = 1_790_000_000;
export const now = (): number => NOW_SECONDS * 1000;

export const SECRET = randomBytes(32);
export const app: ForeignIssuer = { name: 'app', keys: [createHmacKey(SECRET)] };

/** Claims that nothing is wrong with. */
export const GOOD = { sub: '42', iat: NOW_SECONDS - 60, exp: NOW_SECONDS + 3600 };

export function verifierFor(...foreign: ForeignIssuer[]): Verifier {
  return createVerifier({ foreign, now });
}

/** A verifier of `app` with some of its settings changed. */
export function verifierOfApp(changes: Partial<ForeignIssuer> = {}, options: Partial<VerifierOptions> = {}): Verifier {
  return createVerifier({ foreign: [{ ...app, ...changes }], now, ...options });
}

/** How a forger signs: an HMAC under any bytes, or whatever bytes it likes. */
export type Signer = (signingInput: string) => Uint8Array;

export const hs256 =
  (secret: Uint8Array | string = SECRET): Signer =>
  (signingInput) =>
    createHmac('sha256', secret).update(signingInput).digest();

export const unsigned: Signer = () => new Uint8Array();

export const encode = (value: unknown): string =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');

/** Builds any token, right or wrong: texts are taken as raw JSON. */
export function forge(
  payload: unknown,
  header: unknown = { alg: 'HS256', typ: 'JWT' },
  sign: Signer = hs256(),
): string {
  const signingInput = `${encode(header)}.${encode(payload)}`;
  return `${signingInput}.${Buffer.from(sign(signingInput)).toString('base64url')}`;
}

/** What `verify` said, in one word: `ok` or the code. */
export function outcome(verifier: Verifier, token: unknown): string {
  const result = verifier.verify(token);
  return result.ok ? 'ok' : result.code;
}
