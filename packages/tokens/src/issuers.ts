import { TokenConfigError } from './token-config-error.ts';
import { assertVerificationKey, type VerificationKey } from './verification-key.ts';

/** The `iss` of tokens this server makes itself. No foreign issuer may use it. */
export const OWN_ISSUER = 'parley';

/** How ids of local users begin. No foreign token may name such a user. */
export const RESERVED_USER_PREFIX = 'usr_';

/** This server as an issuer of its own tokens. */
export interface OwnIssuer {
  /** EdDSA keys. Keep a retired key beside the new one until the last token it signed has expired. */
  readonly keys: readonly VerificationKey[];
  /** When set, own tokens must be meant for it. */
  readonly audience?: string;
}

/** Another service whose tokens are accepted. `exp` is always required of them. */
export interface ForeignIssuer {
  /** What it is called in logs, reports and `VerifiedClaims.issuerName`. */
  readonly name: string;
  readonly keys: readonly VerificationKey[];
  /** Accepted values of `iss`. Default: any, or none in the token. */
  readonly issuer?: readonly string[];
  /** Accepted values of `aud`, one of which must be in the token. Default: any, or none in the token. */
  readonly audience?: readonly string[];
  /** Put before each user id. Required of every foreign issuer as soon as there are two. Default: nothing. */
  readonly prefix?: string;
  /** What the issuer may decide here besides who the user is. Default: nothing. */
  readonly trust?: readonly ('roles' | 'caps')[];
}

/** Whose tokens are accepted. */
export interface Issuers {
  readonly own?: OwnIssuer;
  readonly foreign?: readonly ForeignIssuer[];
}

/** An issuer as the verifier uses it: checked, and with sets in place of lists. */
export interface IssuerPolicy {
  readonly name: string;
  readonly isOwn: boolean;
  readonly keys: readonly VerificationKey[];
  /** `undefined` accepts any and none. */
  readonly issuers: ReadonlySet<string> | undefined;
  /** `undefined` accepts any and none. */
  readonly audiences: ReadonlySet<string> | undefined;
  readonly prefix: string;
  readonly trustsRoles: boolean;
  readonly trustsCaps: boolean;
}

/**
 * Checks the issuers, each by itself and against each other. Returns the own one first, then the foreign ones in the
 * order given.
 * @throws {TokenConfigError} `issuer_invalid` when two issuers could not be told apart, or one could speak for another's
 *   users; `key_invalid` for a key that does not suit its algorithm.
 */
export function createIssuerPolicies({ own, foreign = [] }: Issuers): readonly IssuerPolicy[] {
  const others = foreign.map(foreignPolicy);
  assertDistinctNames(others);
  assertDistinctPrefixes(others);
  const policies = own ? [ownPolicy(own), ...others] : others;
  assertDistinctKeys(policies);
  return policies;
}

function ownPolicy({ keys, audience }: OwnIssuer): IssuerPolicy {
  assertKeys(OWN_ISSUER, keys);
  if (keys.some((key) => key.alg !== 'EdDSA')) {
    throw invalid("Parley's own tokens are signed with EdDSA only.", 'Use the verification keys of its signing keys.');
  }
  return {
    name: OWN_ISSUER,
    isOwn: true,
    keys,
    issuers: new Set([OWN_ISSUER]),
    audiences: audience === undefined ? undefined : new Set([audience]),
    prefix: '',
    trustsRoles: true,
    trustsCaps: true,
  };
}

function foreignPolicy({ name, keys, issuer, audience, prefix = '', trust = [] }: ForeignIssuer): IssuerPolicy {
  assertKeys(name, keys);
  assertAcceptsSomething(name, 'issuer', issuer);
  assertAcceptsSomething(name, 'audience', audience);
  if (issuer?.includes(OWN_ISSUER)) {
    throw invalid(`Issuer "${name}" uses iss "${OWN_ISSUER}", which is this server's own.`, 'Let it sign another iss.');
  }
  if (prefix.startsWith(RESERVED_USER_PREFIX)) {
    throw invalid(`The prefix of issuer "${name}" begins with the reserved "${RESERVED_USER_PREFIX}".`, NEW_PREFIX);
  }
  return {
    name,
    isOwn: false,
    keys,
    issuers: issuer && new Set(issuer),
    audiences: audience && new Set(audience),
    prefix,
    trustsRoles: trust.includes('roles'),
    trustsCaps: trust.includes('caps'),
  };
}

function assertKeys(name: string, keys: readonly VerificationKey[]): void {
  if (keys.length === 0) throw invalid(`Issuer "${name}" has no key.`, 'Give it a key, or remove the issuer.');
  for (const key of keys) assertVerificationKey(key);
}

function assertAcceptsSomething(name: string, option: string, values: readonly string[] | undefined): void {
  if (values === undefined || (values.length > 0 && !values.includes(''))) return;
  throw invalid(
    `The ${option} list of issuer "${name}" is empty or holds an empty text.`,
    'Leave it out to accept any.',
  );
}

function assertDistinctNames(foreign: readonly IssuerPolicy[]): void {
  const names = new Set(['', OWN_ISSUER]);
  for (const { name } of foreign) {
    if (names.has(name))
      throw invalid(`The issuer name "${name}" is empty, reserved or used twice.`, 'Choose another.');
    names.add(name);
  }
}

/**
 * Prefixes must also not begin with each other: with `a` and `ab`, user `b1` of the first would be user `1` of the
 * second.
 */
function assertDistinctPrefixes(foreign: readonly IssuerPolicy[]): void {
  for (const [first, second] of pairs(foreign)) {
    for (const { name, prefix } of [first, second]) {
      if (prefix === '')
        throw invalid(`Issuer "${name}" has no prefix, though it is not the only foreign one.`, NEW_PREFIX);
    }
    if (first.prefix.startsWith(second.prefix) || second.prefix.startsWith(first.prefix)) {
      throw invalid(
        `The prefixes of "${first.name}" and "${second.name}" begin alike, so ids could clash.`,
        NEW_PREFIX,
      );
    }
  }
}

const NEW_PREFIX = 'Give each foreign issuer a prefix of its own, such as "shop:".';

function assertDistinctKeys(policies: readonly IssuerPolicy[]): void {
  for (const [first, second] of pairs(policies)) {
    const isShared = first.keys.some((a) => second.keys.some((b) => a.key.equals(b.key)));
    if (!isShared || areDisjoint(first.issuers, second.issuers)) continue;
    throw invalid(
      `Issuers "${first.name}" and "${second.name}" share a key, so a token of one could pass for the other's.`,
      'Give them different keys, or an iss list each with no value in common.',
    );
  }
}

function areDisjoint(first: IssuerPolicy['issuers'], second: IssuerPolicy['issuers']): boolean {
  return first !== undefined && second !== undefined && ![...first].some((value) => second.has(value));
}

function pairs<T>(items: readonly T[]): [T, T][] {
  return items.flatMap((first, at) => items.slice(at + 1).map((second): [T, T] => [first, second]));
}

function invalid(problem: string, remedy: string): TokenConfigError {
  return new TokenConfigError('issuer_invalid', problem, remedy);
}
