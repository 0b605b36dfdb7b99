import type { ApiKey } from '../../features/auth/keys.ts';
import type { Requester } from '../../features/auth/requester.ts';
import { isAdmin } from '../../features/auth/roles.ts';
import { AppError } from '../../kernel/app-error.ts';
import type { Identity } from '../../ports/caller.ts';

/** Who sent a request: a person with a token, a backend with a key, or somebody unknown. */
export type Sender =
  | { readonly kind: 'anonymous' }
  | { readonly kind: 'user'; readonly identity: Identity }
  | { readonly kind: 'key'; readonly key: ApiKey };

/** Nobody known. */
export const ANONYMOUS: Sender = { kind: 'anonymous' };

/** The sender as the audit log tells it. */
export function requesterOf(sender: Sender, address: string): Requester {
  switch (sender.kind) {
    case 'user':
      return { actor: { kind: 'user', id: sender.identity.userId }, address };
    case 'key':
      return { actor: { kind: 'key', id: sender.key.id }, address };
    case 'anonymous':
      return { actor: { kind: 'anonymous' }, address };
  }
}

/** Whether the sender is a person who may administer the server; a key never is. */
export function isAdminSender(sender: Sender): boolean {
  return sender.kind === 'user' && isAdmin(sender.identity);
}

/** The identity of a sender behind a route for people. @throws AppError `not_authenticated` */
export function identityOfSender(sender: Sender): Identity {
  if (sender.kind !== 'user') throw new AppError('not_authenticated');
  return sender.identity;
}
