import type { DatabaseSync } from 'node:sqlite';
import type { GroupChange } from '../../../ports/chat-log.ts';
import { ChangeLog } from './change-log.ts';
import { type CursorMove, CursorWrites } from './cursors.ts';
import { DoneOperations } from './done-operations.ts';
import { EventLog } from './event-log.ts';
import { GroupWrites } from './group-changes.ts';
import { Members } from './members.ts';
import { MessageWrites } from './messages.ts';
import { NewChatWrites, type NewGroup } from './new-chats.ts';
import type { Turn } from './turn.ts';
import { UserNumbers } from './user-numbers.ts';

/** The operations of the writer thread. */
export type Writes = ReturnType<typeof prepareWrites>['operations'];

/**
 * Prepares every statement that writes, each once for the life of the connection. Each operation checks everything
 * before its first write, so that a rejection leaves the transaction as it was; one that throws must be rolled back and
 * everything prepared here be dropped, because it remembers what the transaction did.
 */
export function prepareWrites(database: DatabaseSync, turn: Turn) {
  const log = new EventLog(database);
  const members = new Members(database, log);
  const changes = new ChangeLog(log, members, turn);
  const parts = { log, changes, members, users: new UserNumbers(database), done: new DoneOperations(database, turn) };
  const messages = new MessageWrites(database, log, members, turn);
  const newChats = new NewChatWrites(database, parts);
  const groups = new GroupWrites(parts);
  const cursors = new CursorWrites(database, log, members, turn);
  const operations = {
    append: messages.append.bind(messages),
    createGroup: (group: NewGroup) => newChats.createGroup(group),
    openDirect: newChats.openDirect.bind(newChats),
    changeGroup: (change: GroupChange, maxMembers: number) => groups.changeGroup(change, maxMembers),
    moveCursor: (move: CursorMove) => cursors.moveCursor(move),
    /** Does nothing; that it commits shows that the database can be written again. */
    probe: () => null,
  };
  /** What must be written last, before the commit. */
  const finish = () => log.flush();
  return { operations, finish };
}
