import { z } from 'zod';
import { defineCommand } from '../command.ts';
import { publicUser, timestamp } from '../fields.ts';

/** Authenticates this connection, or refreshes its token in place (same user). Frozen. */
export const auth = defineCommand({
  type: 'auth',
  audience: 'anyone',
  fields: z.object({ token: z.unknown() }),
  payload: z.object({
    user: publicUser.extend({ roles: z.array(z.string()) }),
    connection_id: z.string(),
    expires_at: timestamp,
  }),
});
