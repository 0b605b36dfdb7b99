import { z } from 'zod';
import { defineCommand } from '../command.ts';
import { chatId, seq } from '../fields.ts';

/** Moves the caller's read cursor forward; it never goes back. */
export const markRead = defineCommand({
  type: 'mark_read',
  fields: z.object({ chat_id: chatId, up_to_seq: seq }),
  payload: z.object({ chat_id: chatId, read_seq: seq }),
});
