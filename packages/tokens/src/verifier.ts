import { type Candidate, parseCandidate } from './candidate.ts';
import { MAX_TOKEN_CHARS } from './compact-jws.ts';
import { createIssuerPolicies, type IssuerPolicy, type Issuers } from './issuers.ts';
import { type Judgement, judgeToken, refuseTimes, type TokenClock } from './judge.ts';
import { quote } from './quote.ts';
import { TokenConfigError } from './token-config-error.ts';
import { refuseToken, type TokenFailure } from './token-failure.ts';
import { readTokenShape } from './token-shape.ts';
import { VerifiedCache } from './verified-cache.ts';
import type { VerifiedClaims } from './verified-claims.ts';

export interface VerifierOptions extends Issuers {
  /** How far the clocks of two hosts may disagree, in whole seconds, 0 to 300. Default 30. */
  readonly leewaySeconds?: number;
  /** The clock, in milliseconds since 1970. Default `Date.now`. */
  readonly now?: () => number;
  /** `maxEntries` bounds the tokens remembered as verified; 0 remembers none. Default 10,000 (about 4 MB). */
  readonly cache?: { readonly maxEntries: number };
}

export type VerifyResult = { readonly ok: true; readonly claims: VerifiedClaims } | TokenFailure;

export interface Verifier {
  /**
   * Decides about one token, synchronously. Takes whatever a client presented; `undefined` means that it presented
   * nothing. Never throws. The issuer's keys decide the algorithm; revocation is not looked at.
   */
  verify(token: unknown): VerifyResult;
  /** How many tokens are remembered now. */
  readonly cachedCount: number;
}

/** Accepted difference of clocks when none is configured. */
export const DEFAULT_LEEWAY_SECONDS = 30;
const MAX_LEEWAY_SECONDS = 300;

/**
 * Builds a verifier for one set of issuers. Keys and lists are fixed: build another one when they change.
 * @throws {TokenConfigError} see `createIssuerPolicies`; `issuer_invalid` also for a leeway or cache size out of range.
 */
export function createVerifier(options: VerifierOptions): Verifier {
  return new TokenVerifier(options);
}

class TokenVerifier implements Verifier {
  readonly #policies: readonly IssuerPolicy[];
  readonly #algs: ReadonlySet<string>;
  readonly #leewaySeconds: number;
  readonly #now: () => number;
  readonly #cache: VerifiedCache;

  constructor({
    leewaySeconds = DEFAULT_LEEWAY_SECONDS,
    now = Date.now,
    cache = { maxEntries: 10_000 },
    ...issuers
  }: VerifierOptions) {
    assertWithin('leewaySeconds', leewaySeconds, MAX_LEEWAY_SECONDS);
    assertWithin('cache.maxEntries', cache.maxEntries, Number.MAX_SAFE_INTEGER);
    this.#policies = createIssuerPolicies(issuers);
    this.#algs = new Set(this.#policies.flatMap(({ keys }) => keys.map(({ alg }) => alg)));
    this.#leewaySeconds = leewaySeconds;
    this.#now = now;
    this.#cache = new VerifiedCache(cache.maxEntries);
  }

  get cachedCount(): number {
    return this.#cache.size;
  }

  verify(token: unknown): VerifyResult {
    if (typeof token !== 'string' || token === '' || token.length > MAX_TOKEN_CHARS) return refuseShape(token);
    const clock = { nowSeconds: this.#now() / 1000, leewaySeconds: this.#leewaySeconds };
    const key = VerifiedCache.keyOf(token);
    const known = this.#cache.get(key);
    if (!known) return this.#judge(token, key, clock);
    const failure = refuseTimes(known.times, clock);
    if (failure?.code === 'token_expired') this.#cache.remove(key);
    return failure ?? known.result;
  }

  #judge(token: string, key: string, clock: TokenClock): VerifyResult {
    const candidate = parseCandidate(token);
    if (!candidate.ok) return refuseShape(token, candidate);
    const judgement = this.#judgeByAll(candidate, clock);
    if (!judgement.ok) return refuseToken(judgement.code, judgement.detail);
    const { notBefore, issuedAt, expiresAt } = candidate.claims;
    const times = {
      expiresAt,
      ...(notBefore !== undefined && { notBefore }),
      ...(issuedAt !== undefined && { issuedAt }),
    };
    const result = Object.freeze({ ok: true as const, claims: judgement.claims });
    this.#cache.add(key, { result, times });
    return result;
  }

  /** The first issuer that accepts the token decides; if none does, the one whose rules it came furthest through. */
  #judgeByAll(candidate: Candidate, clock: TokenClock): Judgement {
    const { alg } = candidate.jws.header;
    if (!this.#algs.has(alg)) {
      return { ...refuseToken('token_alg', `No configured key is for alg ${quote(alg)}.`), stage: 0 };
    }
    let best: Judgement = { ...refuseToken('token_issuer', noIssuer(candidate)), stage: 0 };
    for (const policy of this.#policies) {
      const judgement = judgeToken(candidate, policy, clock);
      if (judgement.ok) return judgement;
      if (judgement.stage > best.stage) best = judgement;
    }
    return best;
  }
}

function noIssuer({ claims }: Candidate): string {
  return `No configured issuer signs tokens that say iss ${quote(claims.issuer ?? null)}.`;
}

/** Prefers what is wrong with the text as a whole (a prefix, quotes, another kind of token) to the parser's complaint. */
function refuseShape(token: unknown, complaint?: TokenFailure): TokenFailure {
  const { kind, defects, sentence } = readTokenShape(token);
  if (complaint && kind === 'jws' && defects.length === 0) return complaint;
  if (kind === 'missing' || kind === 'empty') return refuseToken(`token_${kind}`, sentence);
  return refuseToken('token_malformed', defects[0]?.sentence ?? sentence);
}

function assertWithin(name: string, value: number, max: number): void {
  if (Number.isSafeInteger(value) && value >= 0 && value <= max) return;
  throw new TokenConfigError('issuer_invalid', `${name} is ${quote(value)}.`, `Set a whole number from 0 to ${max}.`);
}
