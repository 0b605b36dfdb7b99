import type { fields } from '@parley/protocol';
import type { z } from 'zod';
import type { UserRecord } from '../../ports/account-store.ts';

/** A user as other users see one. */
export function publicUser({ id, username, name }: UserRecord): z.input<typeof fields.publicUser> {
  return { id, username, name };
}
