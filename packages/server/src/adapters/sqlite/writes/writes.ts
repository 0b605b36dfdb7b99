import type { DatabaseSync } from 'node:sqlite';
import type { AuditKey } from '../audit-checkpoint.ts';
import { AuditWrites } from './audit.ts';
import { ChangeLog } from './change-log.ts';
import { CursorWrites } from './cursors.ts';
import { DoneOperations } from './done-operations.ts';
import { EventLog } from './event-log.ts';
import { GroupWrites } from './group-changes.ts';
import { KeyWrites } from './keys.ts';
import { Members } from './members.ts';
import { MessageWrites } from './messages.ts';
import { NewChatWrites } from './new-chats.ts';
import { RevocationWrites } from './revocations.ts';
import { SessionWrites } from './sessions.ts';
import type { Turn } from './turn.ts';
import { UserNumbers } from './user-numbers.ts';
import { UserWrites } from './users.ts';

/** The operations of the writer thread. */
export type Writes = ReturnType<typeof prepareWrites>['operations'];

/**
 * Prepares every statement that writes, each once for the life of the connection. Each operation checks everything
 * before its first write, so that a rejection leaves the transaction as it was; one that throws must be rolled back and
 * everything prepared here be dropped, because it remembers what the transaction did.
 */
export function prepareWrites(database: DatabaseSync, turn: Turn, auditKey: AuditKey | undefined) {
  const log = new EventLog(database);
  const operations = {
    ...prepareChatWrites(database, turn, log),
    ...prepareAccountWrites(database, turn),
    ...prepareAuditWrites(database, turn, auditKey),
    /** Does nothing; that it commits shows that the database can be written again. */
    probe: () => undefined,
  };
  /** Writes what must come last, before the commit. */
  const finish = () => log.flush();
  return { operations, finish };
}

function prepareChatWrites(database: DatabaseSync, turn: Turn, log: EventLog) {
  const members = new Members(database, log);
  const changes = new ChangeLog(log, members, turn);
  const parts = { log, changes, members, users: new UserNumbers(database), done: new DoneOperations(database, turn) };
  const messages = new MessageWrites(database, log, members, turn);
  const newChats = new NewChatWrites(database, parts);
  const groups = new GroupWrites(parts);
  const cursors = new CursorWrites(database, log, members, turn);
  return {
    append: messages.append.bind(messages),
    createGroup: newChats.createGroup.bind(newChats),
    openDirect: newChats.openDirect.bind(newChats),
    changeGroup: groups.changeGroup.bind(groups),
    moveCursor: cursors.moveCursor.bind(cursors),
  };
}

function prepareAccountWrites(database: DatabaseSync, turn: Turn) {
  const users = new UserWrites(database, turn);
  const sessions = new SessionWrites(database, turn);
  const keys = new KeyWrites(database, turn);
  const revocations = new RevocationWrites(database, turn);
  return {
    createUser: users.createUser.bind(users),
    ensureUsers: users.ensureUsers.bind(users),
    setPasswordHash: users.setPasswordHash.bind(users),
    setDisabled: users.setDisabled.bind(users),
    createSession: sessions.createSession.bind(sessions),
    rotateRefresh: sessions.rotateRefresh.bind(sessions),
    endSession: sessions.endSession.bind(sessions),
    endSessionsOf: sessions.endSessionsOf.bind(sessions),
    createKey: keys.createKey.bind(keys),
    revokeKey: keys.revokeKey.bind(keys),
    addRevocation: revocations.addRevocation.bind(revocations),
    removeRevocation: revocations.removeRevocation.bind(revocations),
    loadRevocations: revocations.loadRevocations.bind(revocations),
  };
}

function prepareAuditWrites(database: DatabaseSync, turn: Turn, key: AuditKey | undefined) {
  const audit = new AuditWrites(database, turn, key);
  return {
    appendAudit: audit.appendAudit.bind(audit),
    checkpointAudit: audit.checkpointAudit.bind(audit),
  };
}
