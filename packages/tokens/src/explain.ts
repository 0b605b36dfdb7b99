import { type Candidate, parseCandidate } from './candidate.ts';
import { decodeJsonPart } from './compact-jws.ts';
import { fingerprint } from './fingerprint.ts';
import { createIssuerPolicies, type IssuerPolicy } from './issuers.ts';
import type { JsonObject } from './json-object.ts';
import { judgeToken, type TokenClock } from './judge.ts';
import { remedyFor } from './remedies.ts';
import type { TokenErrorCode } from './token-failure.ts';
import { readTokenShape, type TokenDefect, type TokenShapeKind } from './token-shape.ts';
import { reportTimes, type TimeReport, warnOfTimes } from './token-times.ts';
import type { VerifiedClaims } from './verified-claims.ts';
import { createVerifier, DEFAULT_LEEWAY_SECONDS, type VerifierOptions, type VerifyResult } from './verifier.ts';

/** As for `createVerifier`, without the cache. Without issuers the token is described and not judged. */
export type ExplainOptions = Omit<VerifierOptions, 'cache'>;

/** What was decided, with what to do about it. */
export type Verdict =
  | { readonly ok: true; readonly claims: VerifiedClaims }
  | { readonly ok: false; readonly code: TokenErrorCode; readonly detail: string; readonly remedy: string };

/** What one configured issuer's rules say. */
export interface IssuerVerdict {
  readonly issuer: string;
  readonly isOwn: boolean;
  /** Such as `HS256 1a2b3c4d`: the algorithm with the fingerprint of the secret or the `kid`, as far as there is one. */
  readonly keys: readonly string[];
  readonly verdict: Verdict;
}

/**
 * An explanation of one token. Plain data, safe to print after the usual escaping of terminal text: it never holds the
 * token, its signature, or any part of a secret. The claims may be personal data.
 */
export interface TokenReport {
  readonly kind: TokenShapeKind;
  readonly sentence: string;
  /** What to do about the shape; absent for a signed token. */
  readonly remedy?: string;
  /** What was left around the token. The rest of the report is about the token without it. */
  readonly defects: readonly TokenDefect[];
  /** Why a text with the three parts of a signed token is malformed all the same, in one sentence. */
  readonly fault?: string;
  readonly header?: JsonObject;
  readonly claims?: JsonObject;
  readonly times: readonly TimeReport[];
  readonly warnings: readonly string[];
  /** What `verify` says of exactly what was presented; absent when no issuer is configured. */
  readonly verdict?: Verdict;
  /** What `verify` would say without the defects; present only when there are some. */
  readonly verdictWithoutDefects?: Verdict;
  /** Each configured issuer's own view, for a token that is well formed. */
  readonly issuers: readonly IssuerVerdict[];
}

/**
 * Explains a token for `parley token inspect` and the doctor: what it is, what it says, and what the server would
 * decide. Judges by the verifier's own code. Works with any value.
 * @throws {TokenConfigError} as `createVerifier` does; never because of the token.
 */
export function explainToken(token: unknown, options: ExplainOptions = {}): TokenReport {
  const { now = Date.now, leewaySeconds = DEFAULT_LEEWAY_SECONDS } = options;
  const nowSeconds = now() / 1000;
  const { kind, sentence, remedy, defects, core } = readTokenShape(token);
  const { header, claims } = decodeParts(kind, core);
  const candidate = kind === 'jws' ? parseCandidate(core) : undefined;
  const verify = decider(options, nowSeconds);
  return {
    kind,
    sentence,
    ...(remedy !== undefined && { remedy }),
    defects,
    ...(candidate?.ok === false && { fault: candidate.detail }),
    ...(header && { header }),
    ...(claims && { claims }),
    times: claims ? reportTimes(claims, nowSeconds) : [],
    warnings: claims ? warnOfTimes(claims) : [],
    ...(verify && { verdict: verify(token) }),
    ...(verify && defects.length > 0 && { verdictWithoutDefects: verify(core) }),
    issuers: candidate?.ok ? judgeByEach(candidate, options, { nowSeconds, leewaySeconds }) : [],
  };
}

const READABLE_PARTS: Partial<Record<TokenShapeKind, 1 | 2>> = { jws: 2, two_parts: 2, jwe: 1 };

function decodeParts(kind: TokenShapeKind, core: string): { header?: JsonObject; claims?: JsonObject } {
  const readable = READABLE_PARTS[kind] ?? 0;
  const [header, claims] = core.split('.', readable).map(decodeJsonPart);
  return { ...(header && { header }), ...(claims && { claims }) };
}

function decider(options: ExplainOptions, nowSeconds: number): ((token: unknown) => Verdict) | undefined {
  if (!options.own && !options.foreign?.length) return undefined;
  const verifier = createVerifier({ ...options, now: () => nowSeconds * 1000, cache: { maxEntries: 0 } });
  return (token) => withRemedy(verifier.verify(token), token);
}

function judgeByEach(candidate: Candidate, options: ExplainOptions, clock: TokenClock): readonly IssuerVerdict[] {
  return createIssuerPolicies(options).map((policy) => judgeByOne(candidate, policy, clock));
}

function judgeByOne(candidate: Candidate, policy: IssuerPolicy, clock: TokenClock): IssuerVerdict {
  const keys = policy.keys.map(({ alg, kid, key }) =>
    [alg, kid ?? (key.type === 'secret' ? fingerprint(key.export()) : undefined)].filter(Boolean).join(' '),
  );
  return { issuer: policy.name, isOwn: policy.isOwn, keys, verdict: withRemedy(judgeToken(candidate, policy, clock)) };
}

function withRemedy(result: VerifyResult, token?: unknown): Verdict {
  if (result.ok) return result;
  const { ok, code, detail } = result;
  return { ok, code, detail, remedy: remedyFor(code, token) };
}
