import { z } from 'zod';
import { defineCommand } from '../command.ts';

/** Opts in to everything beyond the frozen push types; answered by `welcome`. */
export const hello = defineCommand({
  type: 'hello',
  audience: 'anyone',
  fields: z.object({
    protocol: z.number().int().optional(),
    capabilities: z.array(z.string().max(64)).max(32).optional(),
  }),
  payload: z.object({
    protocol: z.number().int(),
    connection_id: z.string(),
    server_time: z.string(),
    limits: z.record(z.string(), z.number()),
    durability: z.enum(['fsync', 'process']),
    heartbeat_ms: z.number().int(),
    log_epoch: z.string(),
  }),
});
