import type { DatabaseSync } from 'node:sqlite';
import type { ChatKind } from '../../../ports/chat-log.ts';
import { EVENT_KINDS } from '../event-kinds.ts';
import { prepare, prepareTuples, type Statement } from '../prepare.ts';

/** Chats, and senders over all chats, that are remembered between transactions. */
const CHATS_KEPT = 10_000;
const SENDERS_KEPT = 200_000;

/** Where a chat's log ends, ahead of the table within a transaction. */
export interface ChatHead {
  readonly id: number;
  readonly chatId: string;
  readonly kind: ChatKind;
  name: string | null;
  lastSeq: number;
  lastMessageSeq: number;
  lastGid: number;
  memberCount: number;
  isDirty: boolean;
  /** Members known to be in the chat: text id to number. Whoever leaves must be taken out. */
  readonly senders: Map<string, number>;
}

type HeadRow = [
  id: number,
  kind: ChatKind,
  name: string | null,
  lastSeq: number,
  lastMessageSeq: number,
  lastGid: number,
  members: number,
];

/** An event to write. `clientMsgId` of a message makes it idempotent for its actor. */
interface NewEvent {
  readonly kind: number;
  readonly actor: number;
  readonly timestampMs: number;
  readonly clientMsgId: string | null;
  readonly payload: string;
}

/**
 * Appends to the logs of chats within the writer's transaction. A chat's `seq` is counted in memory and written once
 * per chat and commit; that is safe because nobody else writes, and because whatever rolls back drops this object.
 */
export class EventLog {
  readonly #heads = new Map<string, ChatHead>();
  readonly #dirty: ChatHead[] = [];
  readonly #findHead: Statement<HeadRow>;
  readonly #insertChat: Statement<[number]>;
  readonly #insertEvent: Statement<never>;
  readonly #updateHead: Statement<never>;
  #lastGid: number;
  #sendersKept = 0;

  constructor(database: DatabaseSync) {
    this.#findHead = prepareTuples(
      database,
      'SELECT id, kind, name, last_seq, last_message_seq, last_gid, member_count FROM chats WHERE chat_id = ?',
    );
    this.#insertChat = prepareTuples(
      database,
      `INSERT INTO chats (chat_id, kind, name, created_by, pair_low, pair_high, member_count, last_seq, last_message_seq,
        last_gid, retention_floor_seq) VALUES (?, ?, ?, ?, ?, ?, 0, 0, 0, 0, 0) RETURNING id`,
    );
    this.#insertEvent = prepare(
      database,
      `INSERT INTO events (gid, chat, seq, kind, actor, ts, client_msg_id, payload) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
        ON CONFLICT (actor, client_msg_id) WHERE client_msg_id IS NOT NULL DO NOTHING`,
    );
    this.#updateHead = prepare(
      database,
      'UPDATE chats SET name = ?, last_seq = ?, last_message_seq = ?, last_gid = ?, member_count = ? WHERE id = ?',
    );
    // whatever removes events must leave the newest one, or its gid would come again
    this.#lastGid = prepare<{ gid: number | null }>(database, 'SELECT max(gid) AS gid FROM events').get()?.gid ?? 0;
  }

  /** The head of a chat, or undefined when there is no such chat. */
  find(chatId: string): ChatHead | undefined {
    const known = this.#heads.get(chatId);
    if (known !== undefined) return known;
    const row = this.#findHead.get(chatId);
    if (row === undefined) return undefined;
    const [id, kind, name, lastSeq, lastMessageSeq, lastGid, memberCount] = row;
    return this.#keep({ id, chatId, kind, name, lastSeq, lastMessageSeq, lastGid, memberCount });
  }

  /** Makes a chat without events. `pair` are the two users of a direct chat. */
  create(chat: {
    readonly chatId: string;
    readonly kind: ChatKind;
    readonly name: string | null;
    readonly creator: number;
    readonly pair: readonly [low: number, high: number] | undefined;
  }): ChatHead {
    const { chatId, kind, name, creator, pair } = chat;
    const row = this.#insertChat.get(chatId, kind, name, creator, pair?.[0] ?? null, pair?.[1] ?? null);
    const [id] = row as [number];
    return this.#keep({ id, chatId, kind, name, lastSeq: 0, lastMessageSeq: 0, lastGid: 0, memberCount: 0 });
  }

  /** Appends an event at the head. False, and nothing written, when its actor used its `clientMsgId` before. */
  append(head: ChatHead, event: NewEvent): boolean {
    const seq = head.lastSeq + 1;
    const gid = this.#lastGid + 1;
    const { kind, actor, timestampMs, clientMsgId, payload } = event;
    const { changes } = this.#insertEvent.run(gid, head.id, seq, kind, actor, timestampMs, clientMsgId, payload);
    if (changes === 0) return false;
    this.#lastGid = gid;
    head.lastGid = gid;
    head.lastSeq = seq;
    if (kind === EVENT_KINDS.message) head.lastMessageSeq = seq;
    this.markChanged(head);
    return true;
  }

  /** Has the head written with the transaction. */
  markChanged(head: ChatHead): void {
    if (head.isDirty) return;
    head.isDirty = true;
    this.#dirty.push(head);
  }

  /** Remembers that a user is in the chat. */
  keepSender(head: ChatHead, userId: string, user: number): void {
    head.senders.set(userId, user);
    this.#sendersKept++;
  }

  /** Writes the heads. Must be the last thing before the commit. */
  flush(): void {
    for (const head of this.#dirty) {
      const { name, lastSeq, lastMessageSeq, lastGid, memberCount, id } = head;
      this.#updateHead.run(name, lastSeq, lastMessageSeq, lastGid, memberCount, id);
      head.isDirty = false;
    }
    this.#dirty.length = 0;
    if (this.#heads.size <= CHATS_KEPT && this.#sendersKept <= SENDERS_KEPT) return;
    this.#heads.clear();
    this.#sendersKept = 0;
  }

  #keep(head: Omit<ChatHead, 'isDirty' | 'senders'>): ChatHead {
    const kept = { ...head, isDirty: false, senders: new Map<string, number>() };
    this.#heads.set(head.chatId, kept);
    return kept;
  }
}
