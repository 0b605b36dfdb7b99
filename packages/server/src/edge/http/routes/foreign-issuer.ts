import { AppError } from '../../../kernel/app-error.ts';

/** A configured issuer of foreign tokens. */
export interface ForeignIssuerName {
  readonly name: string;
  /** What the ids of its users begin with here. */
  readonly prefix: string;
}

/**
 * The issuer whose users are being added: the one that is named, or the only one there is.
 * @throws AppError `invalid_fields` when it is not configured, or an id lacks its prefix
 */
export function issuerOf(
  request: { readonly issuer?: string | undefined; readonly users: readonly { readonly id: string }[] },
  configured: readonly ForeignIssuerName[],
): string {
  const isNamed = request.issuer !== undefined;
  const found = configured.find(({ name }) => (isNamed ? name === request.issuer : configured.length === 1));
  if (found === undefined) {
    throw new AppError('invalid_fields', {
      message: isNamed ? 'issuer: there is no such configured issuer.' : 'issuer: is missing.',
      remedy:
        configured.length === 0
          ? 'Configure the issuer of these users first: JWT_SECRET.'
          : `Name one of ${configured.map(({ name }) => name).join(', ')}.`,
    });
  }
  if (request.users.some(({ id }) => !id.startsWith(found.prefix))) {
    throw new AppError('invalid_fields', {
      message: `users: ids of users of ${found.name} begin with ${found.prefix}.`,
      remedy: 'Send the ids as they are here, with the prefix.',
    });
  }
  return found.name;
}
