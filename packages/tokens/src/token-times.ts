import type { JsonObject } from './json-object.ts';
import { MAX_NUMERIC_DATE } from './token-claims.ts';

/** One time claim in words. */
export interface TimeReport {
  readonly claim: 'iat' | 'nbf' | 'exp';
  /** As the token states it. */
  readonly value: unknown;
  /** ISO 8601 in UTC; absent when the value is no time. */
  readonly iso?: string;
  /** Such as `3 minutes ago`, `in 2 hours`, `now`; or what is wrong with the value. */
  readonly relation: string;
}

const CLAIMS = ['iat', 'nbf', 'exp'] as const;
const MIN_LIFE_SECONDS = 60;

/** The time claims of a token, in the order in which they should lie. */
export function reportTimes(claims: JsonObject, nowSeconds: number): readonly TimeReport[] {
  return CLAIMS.filter((claim) => claims[claim] !== undefined).map((claim) => {
    const value = claims[claim];
    if (typeof value !== 'number' || !Number.isFinite(value))
      return { claim, value, relation: 'not a number of seconds' };
    if (Math.abs(value) < MAX_NUMERIC_DATE)
      return { claim, value, iso: iso(value), relation: relate(value - nowSeconds) };
    const relation =
      Math.abs(value / 1000) < MAX_NUMERIC_DATE ? `milliseconds, meaning ${iso(value / 1000)}` : 'out of range';
    return { claim, value, relation };
  });
}

/** What is odd about the times of a token even where it verifies; full sentences with a remedy. */
export function warnOfTimes(claims: JsonObject): readonly string[] {
  const { iat, exp } = claims;
  if (typeof iat !== 'number' || typeof exp !== 'number' || exp >= MAX_NUMERIC_DATE) return [];
  const lifeSeconds = exp - iat;
  if (lifeSeconds <= 0) return ['The token expires before it was issued: the issuer computes "exp" wrongly.'];
  if (lifeSeconds >= MIN_LIFE_SECONDS) return [];
  // jsonwebtoken reads a number in a string as milliseconds: expiresIn "3600" lives 3 s.
  return [
    `The token lives only ${inWords(lifeSeconds)}. If the issuer sets expiresIn from an environment variable, it must turn the text into a number: "3600" means milliseconds there, 3600 means seconds.`,
  ];
}

function relate(seconds: number): string {
  if (Math.abs(seconds) < 1) return 'now';
  return seconds < 0 ? `${inWords(-seconds)} ago` : `in ${inWords(seconds)}`;
}

const UNITS = [
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
  ['second', 1],
] as const;

function inWords(seconds: number): string {
  const [name, size] = UNITS.find(([, unit]) => seconds >= unit) ?? ['second', 1];
  const count = Math.floor(seconds / size);
  return `${count} ${name}${count === 1 ? '' : 's'}`;
}

function iso(seconds: number): string {
  return new Date(seconds * 1000).toISOString();
}
