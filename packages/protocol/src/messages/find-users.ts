import { z } from 'zod';
import { defineCommand } from '../command.ts';
import { publicUser } from '../fields.ts';

/** Users whose user name or name begins with `query`, at most 20. */
export const findUsers = defineCommand({
  type: 'find_users',
  rate: 'message',
  fields: z.object({ query: z.string().trim().min(2).max(64) }),
  payload: z.object({ users: z.array(publicUser), complete: z.boolean() }),
});
