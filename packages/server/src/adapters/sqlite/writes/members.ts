import type { DatabaseSync } from 'node:sqlite';
import type { MemberRole } from '../../../ports/chat-log.ts';
import { prepare, prepareTuples, type Statement } from '../prepare.ts';
import type { ChatHead, EventLog } from './event-log.ts';

/** A member, present or past. */
export interface MemberRow {
  readonly user: number;
  readonly role: MemberRole;
  readonly joinedSeq: number;
  /** The seq of the event that removed them; null while they are in the chat. */
  readonly leftSeq: number | null;
  readonly readSeq: number;
  readonly deliveredSeq: number;
}

/** Who is in which chat, within the writer's transaction. */
export class Members {
  readonly #log: EventLog;
  readonly #find: Statement<MemberRow>;
  readonly #isPresent: Statement<[user: number]>;
  readonly #ids: Statement<[userId: string]>;
  readonly #countOwners: Statement<[owners: number]>;
  readonly #join: Statement<never>;
  readonly #leave: Statement<never>;
  readonly #setRole: Statement<never>;

  constructor(database: DatabaseSync, log: EventLog) {
    this.#log = log;
    const ofUser = 'FROM users u JOIN members m ON m.chat = ?1 AND m.user = u.id WHERE u.user_id = ?2';
    this.#find = prepare(
      database,
      `SELECT m.user, m.role, m.joined_seq AS joinedSeq, m.left_seq AS leftSeq, m.read_seq AS readSeq,
        m.delivered_seq AS deliveredSeq ${ofUser}`,
    );
    this.#isPresent = prepareTuples(database, `SELECT m.user ${ofUser} AND m.left_seq IS NULL`);
    this.#ids = prepareTuples(
      database,
      'SELECT u.user_id FROM members m JOIN users u ON u.id = m.user WHERE m.chat = ? AND m.left_seq IS NULL',
    );
    this.#countOwners = prepareTuples(
      database,
      "SELECT count(*) FROM members WHERE chat = ? AND role = 'owner' AND left_seq IS NULL",
    );
    this.#join = prepare(
      database,
      `INSERT INTO members (chat, user, role, joined_seq, left_seq, read_seq, delivered_seq)
        VALUES (?1, ?2, ?3, ?4, NULL, ?4 - 1, ?4 - 1)
        ON CONFLICT (chat, user) DO UPDATE SET role = ?3, joined_seq = ?4, left_seq = NULL,
          read_seq = ?4 - 1, delivered_seq = ?4 - 1`,
    );
    this.#leave = prepare(database, 'UPDATE members SET left_seq = ? WHERE chat = ? AND user = ?');
    this.#setRole = prepare(database, 'UPDATE members SET role = ? WHERE chat = ? AND user = ?');
  }

  /** The member's row, also of one who left; undefined when they never were in it. */
  find(head: ChatHead, userId: string): MemberRow | undefined {
    return this.#find.get(head.id, userId);
  }

  /** The number of a user who is in the chat now; undefined for everybody else. */
  present(head: ChatHead, userId: string): number | undefined {
    const known = head.senders.get(userId);
    if (known !== undefined) return known;
    const user = this.#isPresent.get(head.id, userId)?.[0];
    if (user !== undefined) this.#log.keepSender(head, userId, user);
    return user;
  }

  /** Everybody in the chat now. */
  ids(head: ChatHead): string[] {
    return this.#ids.all(head.id).map(([userId]) => userId);
  }

  countOwners(head: ChatHead): number {
    return this.#countOwners.get(head.id)?.[0] ?? 0;
  }

  /** Puts a user in; they see the log from `joinedSeq` on, and have read nothing of that yet. */
  join(head: ChatHead, user: number, role: MemberRole, joinedSeq: number): void {
    this.#join.run(head.id, user, role, joinedSeq);
    head.memberCount++;
    this.#log.markChanged(head);
  }

  /** Takes a user out; the event at `leftSeq` is the last they see. */
  leave(head: ChatHead, userId: string, user: number, leftSeq: number): void {
    this.#leave.run(leftSeq, head.id, user);
    head.memberCount--;
    head.senders.delete(userId);
    this.#log.markChanged(head);
  }

  setRole(head: ChatHead, user: number, role: MemberRole): void {
    this.#setRole.run(role, head.id, user);
  }
}
