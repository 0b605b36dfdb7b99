import { z } from 'zod';
import { defineCommand } from '../command.ts';
import { chatSummary, userId } from '../fields.ts';

/** The direct chat with a user, made or found (`duplicate`). */
export const createChat = defineCommand({
  type: 'create_chat',
  rate: 'message',
  fields: z.object({ user_id: userId }),
  payload: chatSummary.extend({ seq: z.number().int(), duplicate: z.boolean().optional() }),
});
