/**
 * Every reason for which a token is refused, in about the order in which they are looked for.
 * `token_revoked` is missing on purpose: revocation is state of the server and is decided there.
 */
export const TOKEN_ERROR_CODES = [
  'token_missing',
  'token_empty',
  'token_malformed',
  'token_issuer',
  'token_alg',
  'token_signature',
  'token_audience',
  'token_not_yet_valid',
  'token_expired',
] as const;

/** One of {@link TOKEN_ERROR_CODES}. */
export type TokenErrorCode = (typeof TOKEN_ERROR_CODES)[number];

/** A refused token. */
export interface TokenFailure {
  readonly ok: false;
  readonly code: TokenErrorCode;
  /**
   * One sentence for the operator's log and timeline. It may name configured issuers and audiences, so it is not for
   * the client, which gets `code`. Text taken from the token is quoted, cut short and printable ASCII.
   */
  readonly detail: string;
}

/** Builds a {@link TokenFailure}. */
export function refuseToken(code: TokenErrorCode, detail: string): TokenFailure {
  return { ok: false, code, detail };
}
