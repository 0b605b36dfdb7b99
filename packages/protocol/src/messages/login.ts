import { z } from 'zod';
import { defineCommand } from '../command.ts';
import { session } from '../fields.ts';

/** Signs in with a password and authenticates this connection. Frozen fields. */
export const login = defineCommand({
  type: 'login',
  audience: 'anyone',
  fields: z.object({ username: z.string().min(1).max(128), password: z.string().min(1).max(1024) }),
  payload: session,
});
