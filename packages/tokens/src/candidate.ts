import { type CompactJws, parseCompactJws } from './compact-jws.ts';
import { readTokenClaims, type TokenClaims } from './token-claims.ts';
import type { TokenFailure } from './token-failure.ts';

/** A token that is well formed, and nothing more: no signature has been looked at. */
export interface Candidate {
  readonly ok: true;
  readonly jws: CompactJws;
  readonly claims: TokenClaims;
}

/** Takes a token apart and reads its claims; every fault found here is `token_malformed`. */
export function parseCandidate(token: string): Candidate | TokenFailure {
  const jws = parseCompactJws(token);
  if (!jws.ok) return jws;
  const claims = readTokenClaims(jws.payload);
  return claims.ok ? { ok: true, jws, claims } : claims;
}
