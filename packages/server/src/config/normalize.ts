import { type Candidate, whereSet } from './candidate.ts';
import { issuerProblems, issuerWarnings, nextauthProblems } from './check-issuers.ts';
import { checkSecret, type SecretFindings } from './check-secrets.ts';
import type { ConfigProblem } from './config-problem.ts';
import { optionKey } from './option-row.ts';
import type { OptionKey, OptionName, OptionValues } from './option-table.ts';
import { parseSessionPolicy, SESSION_POLICY_FORMS, type SessionPolicy } from './session-policy.ts';

/** The effective configuration: each option by its key, deep-frozen. */
export interface Config extends Omit<OptionValues, 'sessionPolicy'> {
  readonly sessionPolicy: SessionPolicy;
  /** NODE_ENV is `production`. */
  readonly isProduction: boolean;
}

/** What the rules need besides the values. */
export interface NormalizeContext {
  /** The place that decided an option; `undefined` for its default. */
  readonly winnerOf: (key: OptionKey) => Candidate | undefined;
  /** Options whose value was refused and stands at its default; rules do not compare them. */
  readonly refused: ReadonlySet<string>;
  readonly cwd: string;
}

/** The configuration, what is wrong and what is questionable about it. Not to be used when there are problems. */
export interface Normalized {
  readonly config: Config;
  readonly problems: readonly ConfigProblem[];
  readonly warnings: readonly string[];
}

/** Applies every rule that concerns more than one option or depends on the environment. */
export function normalize(values: OptionValues, context: NormalizeContext): Normalized {
  const isProduction = values.nodeEnv === 'production';
  const sessionPolicy = parseSessionPolicy(values.sessionPolicy);
  const config: Config = {
    ...values,
    // Outside production an empty secret counts as none; inside, checkSecrets stops the start.
    jwtSecret: values.jwtSecret?.reveal() === '' ? undefined : values.jwtSecret,
    nextauthSecret: values.nextauthSecret?.reveal() === '' ? undefined : values.nextauthSecret,
    sessionPolicy: sessionPolicy ?? { kind: 'single' },
    isProduction,
  };
  const secrets = checkSecrets(values, isProduction, context);
  const problems = [
    ...(sessionPolicy === undefined ? [sessionPolicyProblem(values.sessionPolicy, context)] : []),
    ...secrets.problems,
    ...unsupported(values),
    ...orderProblems(values, context),
    ...tlsProblems(values),
    ...nextauthProblems(values),
  ];
  if (problems.length === 0) problems.push(...issuerProblems(config));
  return { config, problems, warnings: [...secrets.warnings, ...issuerWarnings(config), ...exposureWarnings(config)] };
}

function sessionPolicyProblem(given: string, { winnerOf }: NormalizeContext): ConfigProblem {
  const winner = winnerOf('sessionPolicy');
  const place = winner === undefined ? 'the default' : whereSet(winner);
  return invalid(`SESSION_POLICY is ${JSON.stringify(given)} (${place}). It takes ${SESSION_POLICY_FORMS}.`);
}

function checkSecrets(
  values: OptionValues,
  isProduction: boolean,
  { winnerOf, cwd }: NormalizeContext,
): SecretFindings {
  const findings = (['JWT_SECRET', 'NEXTAUTH_SECRET'] as const).map((name): SecretFindings => {
    const key = optionKey(name);
    const text = values[key]?.reveal();
    const candidate = winnerOf(key);
    if (text === undefined || candidate === undefined) return { problems: [], warnings: [] };
    return checkSecret({ name, text, candidate, cwd }, isProduction);
  });
  return {
    problems: findings.flatMap(({ problems }) => problems),
    warnings: findings.flatMap(({ warnings }) => warnings),
  };
}

function unsupported({ storage, databaseUrl, redisUrl }: OptionValues): ConfigProblem[] {
  if (storage === 'embedded') return [];
  return Object.entries({ DATABASE_URL: databaseUrl, REDIS_URL: redisUrl })
    .filter(([, url]) => url !== undefined)
    .map(([name]) => ({
      code: 'not_supported_yet',
      message: `${name} is set, but this version stores everything in its embedded database.`,
    }));
}

/** Pairs of which the first may be at most as large as the second. */
const ORDERED = [
  ['CONTENT_MAX_BYTES', 'PAYLOAD_MAX_BYTES'],
  ['OUTBOX_SOFT_BYTES', 'OUTBOX_HARD_BYTES'],
  ['OUTBOX_HARD_BYTES', 'OUTBOX_TOTAL_BYTES'],
  ['PAGE_DEFAULT', 'PAGE_MAX'],
  ['ACCESS_TOKEN_TTL_S', 'REFRESH_TOKEN_TTL_S'],
] as const satisfies readonly (readonly [OptionName, OptionName])[];

function orderProblems(values: OptionValues, { refused }: NormalizeContext): ConfigProblem[] {
  return ORDERED.filter(([small, large]) => {
    const isComparable = !refused.has(optionKey(small)) && !refused.has(optionKey(large));
    return isComparable && values[optionKey(small)] > values[optionKey(large)];
  }).map(([small, large]) => {
    const [smallValue, largeValue] = [values[optionKey(small)], values[optionKey(large)]];
    return invalid(`${small} (${smallValue}) is larger than ${large} (${largeValue}), which it may not be.`);
  });
}

function tlsProblems({ tlsCert, tlsKey }: OptionValues): ConfigProblem[] {
  if ((tlsCert === undefined) === (tlsKey === undefined)) return [];
  const [present, missing] = tlsKey === undefined ? ['TLS_CERT', 'TLS_KEY'] : ['TLS_KEY', 'TLS_CERT'];
  return [invalid(`${present} is set without ${missing}. TLS needs both; without both there is none.`)];
}

function exposureWarnings({ rateLimits, trustedProxies, authCookie, domainUrl }: Config): string[] {
  const warnings: string[] = [];
  if (!rateLimits) warnings.push('RATE_LIMITS is off: one client can take the whole server.');
  if (trustedProxies.some((range) => range.endsWith('/0'))) {
    warnings.push('TRUSTED_PROXIES trusts every address: any client can claim to be any other.');
  }
  if (authCookie && domainUrl.length === 0) {
    warnings.push('AUTH_COOKIE is on, but only origins that DOMAIN_URL lists may use it, and it lists none.');
  }
  return warnings;
}

function invalid(message: string): ConfigProblem {
  return { code: 'config_invalid', message };
}
