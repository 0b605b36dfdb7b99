import { storedMessage } from '../fields.ts';
import { definePush } from '../push.ts';

/** A message was stored in one of the reader's chats. Frozen. */
export const messageNew = definePush({ type: 'message:new', class: 'durable', isFrozen: true, payload: storedMessage });
