import { createHmacKey, type ForeignIssuer, parseSecret } from '@parley/tokens';
import type { OptionValues } from './option-table.ts';
import type { SecretText } from './secret-text.ts';

/** The options that say whose tokens are accepted. */
export type IssuerSettings = Pick<
  OptionValues,
  | 'jwtSecret'
  | 'jwtIssuer'
  | 'jwtAudience'
  | 'jwtPrefix'
  | 'jwtTrust'
  | 'nextauthSecret'
  | 'nextauthIssuer'
  | 'nextauthAudience'
  | 'nextauthPrefix'
  | 'nextauthTrust'
>;

interface IssuerParts {
  readonly name: string;
  readonly secret: SecretText;
  readonly issuer: readonly string[];
  readonly audience: readonly string[];
  readonly prefix: string | undefined;
  readonly trust: readonly ('roles' | 'caps')[];
}

/**
 * The services whose tokens the configuration accepts, ready for `createVerifier`. The secret of a NextAuth application
 * encrypts its sessions; raw HS256 tokens under it count only with a configured `iss` and `aud`, so without them it
 * defines no issuer.
 * @throws {TokenConfigError} for a secret that is no secret; a loaded configuration has none such.
 */
export function foreignIssuers(settings: IssuerSettings): readonly ForeignIssuer[] {
  const issuers: ForeignIssuer[] = [];
  if (settings.jwtSecret !== undefined) {
    issuers.push(
      toIssuer({
        name: 'jwt',
        secret: settings.jwtSecret,
        issuer: settings.jwtIssuer,
        audience: settings.jwtAudience,
        prefix: settings.jwtPrefix,
        trust: settings.jwtTrust,
      }),
    );
  }
  if (
    settings.nextauthSecret !== undefined &&
    settings.nextauthIssuer.length > 0 &&
    settings.nextauthAudience.length > 0
  ) {
    issuers.push(
      toIssuer({
        name: 'nextauth',
        secret: settings.nextauthSecret,
        issuer: settings.nextauthIssuer,
        audience: settings.nextauthAudience,
        prefix: settings.nextauthPrefix,
        trust: settings.nextauthTrust,
      }),
    );
  }
  return issuers;
}

function toIssuer({ name, secret, issuer, audience, prefix, trust }: IssuerParts): ForeignIssuer {
  return {
    name,
    keys: [createHmacKey(parseSecret(secret.reveal()).bytes)],
    ...(issuer.length > 0 && { issuer }),
    ...(audience.length > 0 && { audience }),
    ...(prefix !== undefined && { prefix }),
    trust,
  };
}
