import type { fields } from '@parley/protocol';
import type { z } from 'zod';
import type { UserRecord } from '../../ports/account-store.ts';
import type { Identity } from '../../ports/caller.ts';
import { publicUser } from './public-user.ts';

/** What a sign-in or a refresh gives. */
export interface SessionGrant {
  readonly user: UserRecord;
  /** What the access token stands for, as `Authenticator` would read it. */
  readonly identity: Identity;
  readonly accessToken: string;
  readonly refreshToken: string;
}

/** The grant as it goes to the client. */
export function sessionPayload(grant: SessionGrant): z.input<typeof fields.session> {
  return {
    user: { ...publicUser(grant.user), roles: [...grant.identity.roles] },
    token: grant.accessToken,
    refresh_token: grant.refreshToken,
    expires_at: new Date(grant.identity.expiresAtMs).toISOString(),
  };
}
