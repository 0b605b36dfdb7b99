export { type ExplainOptions, explainToken, type IssuerVerdict, type TokenReport, type Verdict } from './explain.ts';
export { describeSecret, fingerprint } from './fingerprint.ts';
export { type ForeignIssuer, type Issuers, OWN_ISSUER, type OwnIssuer, RESERVED_USER_PREFIX } from './issuers.ts';
export { type MintClaims, type MintOptions, mintOwnToken, mintToken, type OwnTokenClaims } from './mint.ts';
export { isSampleSecret, parseSecret, type Secret, type SecretEncoding } from './secret.ts';
export { generateSigningKey, importSigningKey, type SigningKey, type SigningKeyJwk } from './signing-key.ts';
export { TokenConfigError, type TokenConfigErrorCode } from './token-config-error.ts';
export { TOKEN_ERROR_CODES, type TokenErrorCode, type TokenFailure } from './token-failure.ts';
export {
  API_KEY_PREFIX,
  REFRESH_TOKEN_PREFIX,
  type TokenDefect,
  type TokenDefectKind,
  type TokenShapeKind,
} from './token-shape.ts';
export type { TimeReport } from './token-times.ts';
export {
  createHmacKey,
  type HmacKey,
  importPublicKey,
  type TokenAlg,
  type VerificationKey,
} from './verification-key.ts';
export type { VerifiedClaims } from './verified-claims.ts';
export { createVerifier, type Verifier, type VerifierOptions, type VerifyResult } from './verifier.ts';
