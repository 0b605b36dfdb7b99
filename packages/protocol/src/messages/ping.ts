import { z } from 'zod';
import { defineCommand } from '../command.ts';
import { seq, timestamp } from '../fields.ts';

/** Liveness, and with `heads` the last `seq` of each of the caller's chats, so that a lost last event shows. */
export const ping = defineCommand({
  type: 'ping',
  audience: 'anyone',
  fields: z.object({ heads: z.boolean().optional() }),
  payload: z.object({ server_time: timestamp, heads: z.record(z.string(), seq).optional() }),
});
