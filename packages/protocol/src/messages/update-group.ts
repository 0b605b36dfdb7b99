import { z } from 'zod';
import { defineCommand } from '../command.ts';
import { chatId, clientOpId } from '../fields.ts';

/** Renames a group (owner or admin). */
export const updateGroup = defineCommand({
  type: 'update_group',
  rate: 'message',
  fields: z.object({
    group_id: chatId,
    group_name: z.string().trim().min(1).max(128),
    client_op_id: clientOpId.optional(),
  }),
  payload: z.object({ group_id: chatId, name: z.string(), seq: z.number().int(), duplicate: z.boolean().optional() }),
});
