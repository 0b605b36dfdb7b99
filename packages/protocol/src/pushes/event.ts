import { z } from 'zod';
import { definePush } from '../push.ts';

/** Something was published to a subscribed topic; `topic` and `offset` stand beside the payload. */
export const event = definePush({ type: 'event', class: 'durable', payload: z.object({ data: z.unknown() }) });
