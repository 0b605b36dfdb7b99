/** What a {@link TokenConfigError} is about: a secret's text, key material, the list of issuers, or a request to mint. */
export type TokenConfigErrorCode = 'secret_invalid' | 'key_invalid' | 'issuer_invalid' | 'mint_invalid';

/**
 * Thrown while secrets, keys, issuers and mint requests are being set up, never while a token is verified.
 * `message` is `problem` followed by `remedy`; neither ever holds any part of a secret or of a private key.
 */
export class TokenConfigError extends Error {
  override readonly name = 'TokenConfigError';
  readonly code: TokenConfigErrorCode;
  /** One sentence: what is wrong. */
  readonly problem: string;
  /** One sentence: what to do about it. */
  readonly remedy: string;

  constructor(code: TokenConfigErrorCode, problem: string, remedy: string) {
    super(`${problem} ${remedy}`);
    this.code = code;
    this.problem = problem;
    this.remedy = remedy;
  }
}
