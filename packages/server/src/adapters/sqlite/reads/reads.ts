import type { DatabaseSync } from 'node:sqlite';
import { prepare } from '../prepare.ts';
import { ChatReads } from './chats.ts';
import { EventReads } from './events.ts';
import { MessageReads } from './messages.ts';
import { Receipts } from './receipts.ts';
import { UserIds } from './user-ids.ts';
import { Views } from './view.ts';

/** The operations of the reader thread. */
export type Reads = ReturnType<typeof prepareReads>;

/** Prepares every statement that reads, each once for the life of the connection. */
export function prepareReads(database: DatabaseSync) {
  const userIds = new UserIds(database);
  const views = new Views(database);
  const messages = new MessageReads(database, views, new Receipts(database, userIds));
  const chats = new ChatReads(database, views, messages);
  const events = new EventReads(database, views, userIds);
  const probe = prepare(database, 'SELECT 1 FROM meta');
  return {
    memberIds: chats.memberIds.bind(chats),
    findChat: chats.findChat.bind(chats),
    listChats: chats.listChats.bind(chats),
    heads: chats.heads.bind(chats),
    listMessages: messages.listMessages.bind(messages),
    eventsAfter: events.eventsAfter.bind(events),
    fates: events.fates.bind(events),
    /** Shows that the database can be read. */
    probe: () => {
      probe.get();
    },
  };
}
