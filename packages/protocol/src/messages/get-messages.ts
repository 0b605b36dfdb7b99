import { z } from 'zod';
import { defineCommand } from '../command.ts';
import { chatId, seq, storedMessage } from '../fields.ts';

/**
 * A page of messages in ascending order. With `chat_id` alone: the newest 50, and everything is marked read (frozen).
 * With a cursor or a limit nothing is marked; `after_seq` ascends from the cursor and never skips the middle.
 */
export const getMessages = defineCommand({
  type: 'get_messages',
  fields: z
    .object({
      chat_id: chatId,
      after_seq: seq.optional(),
      before_seq: seq.optional(),
      limit: z.number().int().min(1).optional(),
    })
    .refine((fields) => fields.after_seq === undefined || fields.before_seq === undefined, {
      error: 'after_seq and before_seq exclude each other',
    }),
  payload: z.object({ messages: z.array(storedMessage), complete: z.boolean(), next: seq.optional() }),
});
