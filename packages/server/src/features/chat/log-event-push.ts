import type { LogEvent } from '../../ports/chat-log.ts';
import { createPush } from '../../ports/create-push.ts';
import type { Outgoing } from '../../ports/outgoing.ts';
import { freshMessageView } from './message-view.ts';

/**
 * The push that tells an event of a chat's log, live and replayed alike. It is the same for every reader, so that it is
 * encoded once; the sender's idempotency key is part of it, since the sender's other connections settle their own
 * copies by it.
 */
export function logEventPush(chatId: string, event: LogEvent): Outgoing {
  const place = { chat_id: chatId, seq: event.seq };
  const timestamp = new Date(event.timestampMs).toISOString();
  switch (event.kind) {
    case 'message':
      return createPush('message:new', freshMessageView({ ...event, chatId, senderId: event.actorId }), place);
    case 'member': {
      const { change, userId, role } = event.change;
      return createPush('member:changed', { change, user_id: userId, role, by: event.actorId, timestamp }, place);
    }
    case 'chat':
      return createPush('chat:changed', { ...event.change, by: event.actorId, timestamp }, place);
  }
}
