import type { ErrorCode } from '@parley/protocol';

/** Role of a member within a chat. */
export type MemberRole = 'owner' | 'admin' | 'member';
export type ChatKind = 'direct' | 'group';

/** A refusal that the sender is told; nothing was written. */
export interface Rejected {
  readonly status: 'rejected';
  readonly code: ErrorCode;
  readonly details?: Readonly<Record<string, unknown>>;
}

/** A message to append. */
export interface MessageSend {
  readonly chatId: string;
  readonly senderId: string;
  readonly content: string;
  readonly clientMsgId: string | undefined;
  /** Asks for the chat's members with the outcome, read in the same transaction. */
  readonly wantMembers: boolean;
}

/** What became of a message: stored now, or found as stored before (`isDuplicate`). */
export interface MessageStored {
  readonly status: 'ok';
  readonly isDuplicate: boolean;
  readonly seq: number;
  /** Position over all chats; grows with every event. */
  readonly gid: number;
  readonly timestampMs: number;
  readonly memberIds?: readonly string[];
}

/** Kinds of events in a chat's log. */
export type EventKind = 'message' | 'chat' | 'member';

/** What an event of kind `chat` carries. */
export interface ChatChange {
  readonly change: 'created' | 'renamed';
  readonly kind: ChatKind;
  readonly name: string | null;
}

/** What an event of kind `member` carries. */
export interface MemberChange {
  readonly change: 'joined' | 'left' | 'removed' | 'role';
  readonly userId: string;
  readonly role: MemberRole | null;
}

/** One entry of a chat's log. */
export type LogEvent = {
  readonly seq: number;
  readonly gid: number;
  readonly actorId: string;
  readonly timestampMs: number;
} & (
  | { readonly kind: 'message'; readonly content: string; readonly clientMsgId: string | undefined }
  | { readonly kind: 'chat'; readonly change: ChatChange }
  | { readonly kind: 'member'; readonly change: MemberChange }
);

/** What became of a change to a chat; `events` are those it wrote, none when it was found done before. */
export interface ChatChanged {
  readonly status: 'ok';
  readonly isDuplicate: boolean;
  readonly chatId: string;
  /** The last seq this change wrote, or the chat's head when it wrote none. */
  readonly seq: number;
  readonly events: readonly LogEvent[];
  /** Everybody in the chat after the change. */
  readonly memberIds: readonly string[];
}

/** A change to a group by one of its members; `clientOpId` makes it idempotent for that user. */
export type GroupChange = {
  readonly chatId: string;
  readonly actorId: string;
  readonly clientOpId: string | undefined;
} & (
  | { readonly action: 'add'; readonly userId: string }
  | { readonly action: 'remove'; readonly userId: string }
  | { readonly action: 'leave' }
  | { readonly action: 'role'; readonly userId: string; readonly role: MemberRole }
  | { readonly action: 'rename'; readonly name: string }
);

/** A message as the log lists it; receipts are derived from the members' cursors. */
export interface ListedMessage {
  readonly seq: number;
  readonly senderId: string;
  readonly content: string;
  readonly timestampMs: number;
  readonly clientMsgId: string | undefined;
  /** First time somebody other than the sender read it; null when nobody did, or when that is too long ago to tell. */
  readonly readAtMs: number | null;
  /** Readers without the sender, at most READERS_LISTED. */
  readonly readerIds: readonly string[];
  readonly readCount: number;
}

/** How many readers of a message are listed by id; the count is exact. */
export const READERS_LISTED = 50;
/** How many members of a chat a list of chats shows. */
export const MEMBERS_LISTED = 20;
/** Unread messages are counted up to here. */
export const UNREAD_COUNTED = 100;

export interface ListedMember {
  readonly userId: string;
  readonly name: string | null;
  readonly role: MemberRole;
}

/** A chat as its members list it. */
export interface ListedChat {
  readonly id: string;
  readonly kind: ChatKind;
  /** Of a direct chat: null. */
  readonly name: string | null;
  readonly members: readonly ListedMember[];
  readonly memberCount: number;
  readonly lastMessage: ListedMessage | null;
  readonly lastSeq: number;
  readonly readSeq: number;
  readonly unread: number;
}

export interface MessagePageQuery {
  readonly chatId: string;
  readonly userId: string;
  /** Ascend from here. Excludes `beforeSeq`; with neither, the newest page. */
  readonly afterSeq?: number;
  /** The page that ends before here. */
  readonly beforeSeq?: number;
  readonly limit: number;
}

/** A page in ascending order. `next` continues in the direction asked for, when there is more. */
export interface MessagePage {
  readonly status: 'ok';
  readonly messages: readonly ListedMessage[];
  readonly isComplete: boolean;
  readonly next?: number;
}

/** A stretch of the log as one member may see it. */
export interface EventPage {
  /** Without holes from `afterSeq` + 1 (or the reader's first visible seq) on. */
  readonly events: readonly LogEvent[];
  /** Events up to this seq were removed by retention; 0 when none. */
  readonly floorSeq: number;
}

/** A read cursor after a move. `isMoved` is false when it was there already; `memberIds`, who is to be told, is empty then. */
export interface ReadCursor {
  readonly status: 'ok';
  readonly isMoved: boolean;
  readonly readSeq: number;
  readonly deliveredSeq: number;
  readonly atMs: number;
  readonly memberIds: readonly string[];
}

/** Fate of a send that the client is not sure about. */
export type SendFate =
  | { readonly clientMsgId: string; readonly status: 'accepted'; readonly chatId: string; readonly seq: number }
  | { readonly clientMsgId: string; readonly status: 'unknown' };

/** A member's view of one chat for `sync`: undefined when it is not theirs. `headSeq` ends at the seq they left with. */
export interface ChatHead {
  readonly chatId: string;
  readonly headSeq: number;
}

/**
 * The durable log of all chats: one gapless `seq` per chat, assigned at commit.
 *
 * Guarantees: what a promise resolves with as `ok` is on disk (see `durability`) and seen by every later read; outcomes
 * of one chat resolve in `seq` order; a retry with the same `clientMsgId` or `clientOpId` and the same content writes
 * nothing and returns the first outcome; with other content it is rejected with `idempotency_conflict`; a rejected call
 * wrote nothing.
 * Every method rejects with AppError `storage_unavailable` (outcome unknown until retried) or `overloaded` (not done).
 */
export interface ChatLog {
  /** `fsync`: survives power loss; `process`: survives the end of the process. */
  readonly durability: 'fsync' | 'process';
  /** Changes when the log was replaced by another one; clients then drop their cursors. */
  readonly epoch: string;

  /** Rejects with `chat_not_found` (also for strangers) and `idempotency_conflict`. */
  append(send: MessageSend): Promise<MessageStored | Rejected>;
  /**
   * Rejects with `user_not_found` (details.userIds), `group_full`, `idempotency_conflict`, and `chat_not_found` when it was
   * made before and its creator has left. The creator is owner and counts as member.
   */
  createGroup(group: {
    readonly creatorId: string;
    readonly name: string;
    readonly memberIds: readonly string[];
    readonly clientOpId: string | undefined;
    readonly maxMembers: number;
  }): Promise<ChatChanged | Rejected>;
  /** The direct chat of two users (a user with oneself too), made when it is not there. Rejects with `user_not_found`. */
  openDirect(pair: { readonly creatorId: string; readonly otherId: string }): Promise<ChatChanged | Rejected>;
  /**
   * Rejects with `chat_not_found`, `not_a_group`, `forbidden`, `user_not_found`, `group_full`, `last_owner`,
   * `idempotency_conflict`. What is so already succeeds as duplicate: adding a member, removing somebody who is in no more,
   * the role or the name there is.
   */
  changeGroup(change: GroupChange, limits: { readonly maxMembers: number }): Promise<ChatChanged | Rejected>;
  /** Moves cursors forward, never back and never beyond the head. Reading implies delivery. Rejects with `chat_not_found`. */
  moveCursor(move: {
    readonly chatId: string;
    readonly userId: string;
    readonly readSeq?: number;
    readonly deliveredSeq?: number;
  }): Promise<ReadCursor | Rejected>;

  /** Members now. Empty when there is no such chat. */
  memberIds(chatId: string): Promise<readonly string[]>;
  /**
   * The caller's chats, latest event first. A chat that gets an event between two pages may come twice; none is left out.
   * @throws AppError `invalid_fields` when `next` is not what a page returned
   */
  listChats(query: { readonly userId: string; readonly limit: number; readonly next?: string }): Promise<{
    readonly chats: readonly ListedChat[];
    readonly isComplete: boolean;
    readonly next?: string;
  }>;
  /** One chat as a member lists it. */
  findChat(chatId: string, userId: string): Promise<ListedChat | undefined>;
  listMessages(query: MessagePageQuery): Promise<MessagePage | Rejected>;
  /** At most `limit` events after a seq and at most `maxBytes` of content (at least one event); empty for strangers. */
  eventsAfter(query: {
    readonly chatId: string;
    readonly userId: string;
    readonly afterSeq: number;
    readonly limit: number;
    readonly maxBytes: number;
  }): Promise<EventPage>;
  /** Heads of these chats, past ones too, or of all chats the user is in now; chats that never were theirs are left out. */
  heads(userId: string, chatIds?: readonly string[]): Promise<readonly ChatHead[]>;
  /** What became of these sends of this user, in the order asked. */
  fates(userId: string, clientMsgIds: readonly string[]): Promise<readonly SendFate[]>;
}
