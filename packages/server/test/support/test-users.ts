import { randomBytes } from 'node:crypto';
import { createHmacKey, type MintClaims, mintToken } from '@parley/tokens';

/** The shared secret of the issuer that the tests play: `startServer({ env: { JWT_SECRET } })`. */
export const JWT_SECRET = randomBytes(32).toString('base64url');

const KEY = createHmacKey(Buffer.from(JWT_SECRET));
const HOUR_S = 3600;

/** An HS256 token of another service for a user, valid for an hour unless said otherwise. */
export function mintUserToken(
  userId: string,
  options: { readonly ttlSeconds?: number; readonly claims?: MintClaims; readonly now?: () => number } = {},
): string {
  return mintToken(
    { sub: userId, ...options.claims },
    { key: KEY, ttlSeconds: options.ttlSeconds ?? HOUR_S, ...(options.now && { now: options.now }) },
  );
}
