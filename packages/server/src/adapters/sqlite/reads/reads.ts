import type { DatabaseSync } from 'node:sqlite';
import type { AuditKey } from '../audit-checkpoint.ts';
import { prepare } from '../prepare.ts';
import { AuditReads } from './audit.ts';
import { ChatReads } from './chats.ts';
import { EventReads } from './events.ts';
import { KeyReads } from './keys.ts';
import { MessageReads } from './messages.ts';
import { Receipts } from './receipts.ts';
import { SessionReads } from './sessions.ts';
import { UserIds } from './user-ids.ts';
import { UserReads } from './users.ts';
import { Views } from './view.ts';

/** The operations of the reader thread. */
export type Reads = ReturnType<typeof prepareReads>;

/** Prepares every statement that reads, each once for the life of the connection. */
export function prepareReads(database: DatabaseSync, auditKey: AuditKey | undefined) {
  const probe = prepare(database, 'SELECT 1 FROM meta LIMIT 1');
  return {
    ...prepareChatReads(database),
    ...prepareAccountReads(database),
    ...prepareAuditReads(database, auditKey),
    /** Shows that the database can be read. */
    probe: () => {
      probe.get();
    },
  };
}

function prepareChatReads(database: DatabaseSync) {
  const userIds = new UserIds(database);
  const views = new Views(database);
  const messages = new MessageReads(database, views, new Receipts(database, userIds));
  const chats = new ChatReads(database, views, messages);
  const events = new EventReads(database, views, userIds);
  return {
    memberIds: chats.memberIds.bind(chats),
    findChat: chats.findChat.bind(chats),
    listChats: chats.listChats.bind(chats),
    heads: chats.heads.bind(chats),
    listMessages: messages.listMessages.bind(messages),
    eventsAfter: events.eventsAfter.bind(events),
    fates: events.fates.bind(events),
  };
}

function prepareAccountReads(database: DatabaseSync) {
  const users = new UserReads(database);
  const sessions = new SessionReads(database);
  const keys = new KeyReads(database);
  return {
    findUser: users.findUser.bind(users),
    findCredentials: users.findCredentials.bind(users),
    searchUsers: users.searchUsers.bind(users),
    listUsers: users.listUsers.bind(users),
    countUsers: users.countUsers.bind(users),
    listSessions: sessions.listSessions.bind(sessions),
    findKey: keys.findKey.bind(keys),
    listKeys: keys.listKeys.bind(keys),
  };
}

function prepareAuditReads(database: DatabaseSync, key: AuditKey | undefined) {
  const audit = new AuditReads(database, key);
  return { listAudit: audit.listAudit.bind(audit), verifyAudit: audit.verifyAudit.bind(audit) };
}
