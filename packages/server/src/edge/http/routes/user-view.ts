import { fields } from '@parley/protocol';
import { z } from 'zod';
import { publicUser } from '../../../features/auth/public-user.ts';
import type { UserRecord } from '../../../ports/account-store.ts';

/** A user as those see one who administer users. */
export const administeredUser = fields.publicUser.extend({
  issuer: z.string(),
  roles: z.array(z.string()),
  disabled: z.boolean(),
  created_at: fields.timestamp,
});

/** The record in that form. */
export function describeUser(user: UserRecord): z.input<typeof administeredUser> {
  return {
    ...publicUser(user),
    issuer: user.issuer,
    roles: [...user.roles],
    disabled: user.isDisabled,
    created_at: new Date(user.createdAtMs).toISOString(),
  };
}
