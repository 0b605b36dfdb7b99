import type { ChatChange, ChatChanged, LogEvent, MemberChange } from '../../../ports/chat-log.ts';
import { EVENT_KINDS } from '../event-kinds.ts';
import type { ChatHead, EventLog } from './event-log.ts';
import type { Members } from './members.ts';
import type { Turn } from './turn.ts';

/** Who changes a chat: text id and number. */
export interface Actor {
  readonly id: string;
  readonly user: number;
}

/** What changed, as the log holds it. */
export type Change =
  | { readonly kind: 'chat'; readonly change: ChatChange }
  | { readonly kind: 'member'; readonly change: MemberChange };

/** Appends changes of chats, and tells what a change did. */
export class ChangeLog {
  readonly #log: EventLog;
  readonly #members: Members;
  readonly #turn: Turn;

  constructor(log: EventLog, members: Members, turn: Turn) {
    this.#log = log;
    this.#members = members;
    this.#turn = turn;
  }

  /** Appends the event of a change whose effect on the tables is done. */
  append(head: ChatHead, actor: Actor, change: Change): ChatChanged {
    const timestampMs = this.#turn.nowMs;
    const kind = EVENT_KINDS[change.kind];
    const payload = JSON.stringify(change.change);
    this.#log.append(head, { kind, actor: actor.user, timestampMs, clientMsgId: null, payload });
    const { chatId, lastSeq: seq, lastGid: gid } = head;
    const event: LogEvent = { seq, gid, actorId: actor.id, timestampMs, ...change };
    return { status: 'ok', isDuplicate: false, chatId, seq, events: [event], memberIds: this.#members.ids(head) };
  }

  /** Tells that nothing had to be done: the chat is as it was asked for, since `seq` or by now. */
  nothing(head: ChatHead, seq: number = head.lastSeq): ChatChanged {
    const { chatId } = head;
    return { status: 'ok', isDuplicate: true, chatId, seq, events: [], memberIds: this.#members.ids(head) };
  }
}
