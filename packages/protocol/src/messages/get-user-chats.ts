import { z } from 'zod';
import { defineCommand } from '../command.ts';
import { chatSummary } from '../fields.ts';

/** The caller's chats, the one with the latest event first. `next` continues where `complete` is false. Frozen. */
export const getUserChats = defineCommand({
  type: 'get_user_chats',
  fields: z.object({ next: z.string().max(128).optional(), limit: z.number().int().min(1).optional() }),
  payload: z.object({ chats: z.array(chatSummary), complete: z.boolean(), next: z.string().optional() }),
});
