import { z } from 'zod';
import { defineCommand } from '../command.ts';
import { topicName } from '../fields.ts';

/** Subscribes this connection to a topic: its events follow as `event` pushes, from the returned offset on. */
export const subscribe = defineCommand({
  type: 'subscribe',
  fields: z.object({ topic: topicName }),
  payload: z.object({ topic: topicName, epoch: z.string(), offset: z.number().int() }),
});
