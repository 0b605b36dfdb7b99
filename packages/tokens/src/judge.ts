import type { Candidate } from './candidate.ts';
import { type IssuerPolicy, OWN_ISSUER } from './issuers.ts';
import { quote } from './quote.ts';
import { isSignatureValid } from './signature.ts';
import type { TokenTimes } from './token-claims.ts';
import { refuseToken, type TokenFailure } from './token-failure.ts';
import { identify, type VerifiedClaims } from './verified-claims.ts';

/** The moment of judging, and how far clocks may disagree. Both in seconds. */
export interface TokenClock {
  readonly nowSeconds: number;
  readonly leewaySeconds: number;
}

/** What one issuer's rules say of a token. `stage` grows with how far the token came. */
export type Judgement =
  | { readonly ok: true; readonly claims: VerifiedClaims }
  | (TokenFailure & { readonly stage: number });

type Rule = (token: Candidate, policy: IssuerPolicy) => TokenFailure | undefined;

/** In this order: the cheap first, and nothing about times or users before the signature is known to be good. */
const RULES: readonly Rule[] = [refuseIssuer, refuseAlg, refuseSignature, refuseType, refuseAudience];

/** Holds a token against the rules of one issuer. */
export function judgeToken(token: Candidate, policy: IssuerPolicy, clock: TokenClock): Judgement {
  for (const [stage, rule] of RULES.entries()) {
    const failure = rule(token, policy);
    if (failure) return { ...failure, stage };
  }
  const claims = identify(token.claims, policy);
  if ('code' in claims) return { ...claims, stage: RULES.length };
  const failure = refuseTimes(token.claims, clock);
  return failure ? { ...failure, stage: RULES.length + 1 } : { ok: true, claims };
}

/** The part of the judgement that changes while a token lives; the cache repeats it on every hit. */
export function refuseTimes(times: TokenTimes, { nowSeconds, leewaySeconds }: TokenClock): TokenFailure | undefined {
  const { notBefore, issuedAt, expiresAt } = times;
  const begins = Math.max(notBefore ?? 0, issuedAt ?? 0);
  if (nowSeconds < begins - leewaySeconds) {
    return refuseToken(
      'token_not_yet_valid',
      `The token is valid from ${iso(begins)}, and it is ${iso(nowSeconds)} here.`,
    );
  }
  if (nowSeconds < expiresAt + leewaySeconds) return undefined;
  return refuseToken('token_expired', `The token expired at ${iso(expiresAt)}, and it is ${iso(nowSeconds)} here.`);
}

/** A token that calls itself ours is never held against another's key, even where that one accepts any `iss`. */
function refuseIssuer({ claims }: Candidate, { name, isOwn, issuers }: IssuerPolicy): TokenFailure | undefined {
  const { issuer } = claims;
  if (issuer === OWN_ISSUER && !isOwn) {
    return refuseToken(
      'token_issuer',
      `The iss ${quote(issuer)} is this server's own, and ${quote(name)} may not sign it.`,
    );
  }
  if (issuers === undefined || (issuer !== undefined && issuers.has(issuer))) return undefined;
  const wanted = quote([...issuers].join(' or '));
  return refuseToken(
    'token_issuer',
    `The token says iss ${quote(issuer ?? null)}, and ${quote(name)} signs ${wanted}.`,
  );
}

function refuseAlg({ jws }: Candidate, { name, keys }: IssuerPolicy): TokenFailure | undefined {
  const { alg } = jws.header;
  if (keys.some((key) => key.alg === alg)) return undefined;
  const known = [...new Set(keys.map((key) => key.alg))].join(', ');
  return refuseToken('token_alg', `The token says alg ${quote(alg)}, and the keys of ${quote(name)} are for ${known}.`);
}

function refuseSignature({ jws }: Candidate, { name, keys }: IssuerPolicy): TokenFailure | undefined {
  const { alg, kid } = jws.header;
  const suited = keys.filter((key) => key.alg === alg && isNamed(kid, key.kid));
  if (suited.some((key) => isSignatureValid(key, jws.signingInput, jws.signature))) return undefined;
  const reason =
    suited.length === 0 ? `has no ${alg} key with kid ${quote(kid)}` : `has no ${alg} key that made this signature`;
  return refuseToken('token_signature', `Issuer ${quote(name)} ${reason}.`);
}

/** `kid` only narrows the choice among configured keys (RFC 7515 section 4.1.4); it is never used to find one. */
function isNamed(kid: string | undefined, keyId: string | undefined): boolean {
  return kid === undefined || keyId === undefined || kid === keyId;
}

/** RFC 8725 section 3.11: what else the own key may come to sign must not pass for a token of a user. */
function refuseType({ jws }: Candidate, { isOwn }: IssuerPolicy): TokenFailure | undefined {
  if (!isOwn || jws.header.typ === 'JWT') return undefined;
  return refuseToken('token_malformed', `The token says typ ${quote(jws.header.typ ?? null)} instead of "JWT".`);
}

function refuseAudience({ claims }: Candidate, { name, audiences }: IssuerPolicy): TokenFailure | undefined {
  if (audiences === undefined || claims.audiences.some((audience) => audiences.has(audience))) return undefined;
  return refuseToken(
    'token_audience',
    `The token is for ${quote(claims.audiences)}, and ${quote(name)} must name ${quote([...audiences].join(' or '))}.`,
  );
}

function iso(seconds: number): string {
  return new Date(seconds * 1000).toISOString();
}
