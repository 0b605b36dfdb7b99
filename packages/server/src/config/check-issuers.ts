import { createVerifier, TokenConfigError } from '@parley/tokens';
import type { ConfigProblem } from './config-problem.ts';
import { foreignIssuers, type IssuerSettings } from './foreign-issuers.ts';

/** Rules about the services whose tokens are accepted. To be asked only once their secrets are known to be usable. */
export function issuerProblems(settings: IssuerSettings): readonly ConfigProblem[] {
  const foreign = foreignIssuers(settings);
  if (foreign.length > 1 && foreign.some(({ prefix }) => prefix === undefined)) return [prefixesMissing];
  try {
    createVerifier({ foreign });
    return [];
  } catch (error) {
    if (!(error instanceof TokenConfigError)) throw error;
    const message = `The JWT_... and NEXTAUTH_... settings contradict each other. ${error.problem}`;
    return [{ code: 'config_invalid', message, remedy: error.remedy }];
  }
}

/** `iss` and `aud` of a NextAuth application count together or not at all. */
export function nextauthProblems({ nextauthIssuer, nextauthAudience }: IssuerSettings): readonly ConfigProblem[] {
  const hasIssuer = nextauthIssuer.length > 0;
  if (hasIssuer === nextauthAudience.length > 0) return [];
  const [present, missing] = hasIssuer
    ? ['NEXTAUTH_ISSUER', 'NEXTAUTH_AUDIENCE']
    : ['NEXTAUTH_AUDIENCE', 'NEXTAUTH_ISSUER'];
  return [
    {
      code: 'config_invalid',
      message: `${present} is set without ${missing}. Tokens under NEXTAUTH_SECRET need both.`,
      remedy: `Set ${missing} to the value that the application puts into its tokens.`,
    },
  ];
}

/** Settings about issuers that have no effect as they are. */
export function issuerWarnings(settings: IssuerSettings): readonly string[] {
  const warnings: string[] = [];
  if (settings.nextauthSecret !== undefined && settings.nextauthIssuer.length === 0) {
    warnings.push('NEXTAUTH_SECRET is not used: HS256 tokens under it need NEXTAUTH_ISSUER and NEXTAUTH_AUDIENCE.');
  }
  if (settings.jwtSecret === undefined && settings.jwtIssuer.length + settings.jwtAudience.length > 0) {
    warnings.push('JWT_ISSUER and JWT_AUDIENCE have no effect without JWT_SECRET.');
  }
  if (settings.nextauthSecret === undefined && settings.nextauthIssuer.length > 0) {
    warnings.push('NEXTAUTH_ISSUER and NEXTAUTH_AUDIENCE have no effect without NEXTAUTH_SECRET.');
  }
  return warnings;
}

const prefixesMissing: ConfigProblem = {
  code: 'config_invalid',
  message: 'JWT_SECRET and NEXTAUTH_SECRET each bring users of another service, and their ids could clash.',
  remedy: 'Set JWT_PREFIX and NEXTAUTH_PREFIX, for example to "shop:" and "web:".',
};
