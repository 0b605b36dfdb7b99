import { z } from 'zod';
import { defineCommand } from '../command.ts';
import { session } from '../fields.ts';

/** Rotates a refresh token. Using one twice ends its session. */
export const refresh = defineCommand({
  type: 'refresh',
  audience: 'anyone',
  fields: z.object({ refresh_token: z.string().min(1).max(256) }),
  payload: session,
});
