import {
  type ChatKind,
  type ListedChat,
  type ListedMessage,
  type LogEvent,
  MEMBERS_LISTED,
  type MemberRole,
  READERS_LISTED,
  type ReadCursor,
  UNREAD_COUNTED,
} from '../../../ports/chat-log.ts';

/** A member, present or past. */
export interface MemoryMember {
  role: MemberRole;
  joinedSeq: number;
  leftSeq: number | null;
  readSeq: number;
  deliveredSeq: number;
  /** Each advance of the read cursor. */
  readonly reads: { readonly fromSeq: number; readonly toSeq: number; readonly atMs: number }[];
}

type MessageEvent = Extract<LogEvent, { kind: 'message' }>;

/** What an event is before it has its place in the log. */
export type NewEvent = LogEvent extends infer Event
  ? Event extends LogEvent
    ? Omit<Event, 'seq' | 'gid'>
    : never
  : never;

/** One chat of a MemoryChatLog. */
export class MemoryChat {
  readonly id: string;
  readonly kind: ChatKind;
  name: string | null;
  readonly events: LogEvent[] = [];
  readonly members = new Map<string, MemoryMember>();
  /** Events up to here are gone. */
  floorSeq = 0;

  constructor(id: string, kind: ChatKind, name: string | null) {
    this.id = id;
    this.kind = kind;
    this.name = name;
  }

  get headSeq(): number {
    return this.events.length;
  }

  get lastGid(): number {
    return this.events.at(-1)?.gid ?? 0;
  }

  get memberIds(): readonly string[] {
    return [...this.members].filter(([, { leftSeq }]) => leftSeq === null).map(([userId]) => userId);
  }

  present(userId: string): MemoryMember | undefined {
    const member = this.members.get(userId);
    return member?.leftSeq === null ? member : undefined;
  }

  append(event: NewEvent, gid: number): LogEvent {
    const appended = { ...event, seq: this.headSeq + 1, gid } as LogEvent;
    this.events.push(appended);
    return appended;
  }

  join(userId: string, role: MemberRole, joinedSeq: number): void {
    const seq = joinedSeq - 1;
    const reads = this.members.get(userId)?.reads ?? [];
    this.members.set(userId, { role, joinedSeq, leftSeq: null, readSeq: seq, deliveredSeq: seq, reads });
  }

  moveCursor(member: MemoryMember, asked: { readSeq?: number; deliveredSeq?: number }, atMs: number): ReadCursor {
    const { readSeq: readBefore, deliveredSeq: deliveredBefore } = member;
    member.readSeq = Math.max(readBefore, Math.min(asked.readSeq ?? 0, this.headSeq));
    const delivered = Math.min(asked.deliveredSeq ?? 0, this.headSeq);
    member.deliveredSeq = Math.max(deliveredBefore, member.readSeq, delivered);
    if (member.readSeq > readBefore) member.reads.push({ fromSeq: readBefore + 1, toSeq: member.readSeq, atMs });
    const { readSeq, deliveredSeq } = member;
    const isMoved = readSeq > readBefore || deliveredSeq > deliveredBefore;
    return { status: 'ok', isMoved, readSeq, deliveredSeq, atMs, memberIds: isMoved ? this.memberIds : [] };
  }

  /** The events that a member may see, from a seq on. */
  visibleTo(userId: string, fromSeq = 1): readonly LogEvent[] {
    const member = this.members.get(userId);
    if (member === undefined) return [];
    const first = Math.max(fromSeq, member.joinedSeq, this.floorSeq + 1);
    return this.events.slice(first - 1, member.leftSeq ?? this.headSeq);
  }

  messagesFor(userId: string): readonly MessageEvent[] {
    return this.visibleTo(userId).filter((event) => event.kind === 'message');
  }

  listMessage({ seq, actorId, content, timestampMs, clientMsgId }: MessageEvent): ListedMessage {
    const readers = [...this.members].flatMap(([userId, { reads }]) => {
      const read = reads.find(({ fromSeq, toSeq }) => fromSeq <= seq && seq <= toSeq);
      return read === undefined || userId === actorId ? [] : [{ userId, atMs: read.atMs }];
    });
    return {
      seq,
      senderId: actorId,
      content,
      timestampMs,
      clientMsgId,
      readAtMs: readers.length === 0 ? null : Math.min(...readers.map(({ atMs }) => atMs)),
      readerIds: readers.slice(0, READERS_LISTED).map(({ userId }) => userId),
      readCount: readers.length,
    };
  }

  list(userId: string, nameOf: (userId: string) => string | null): ListedChat {
    const { readSeq } = this.members.get(userId) as MemoryMember;
    const messages = this.messagesFor(userId);
    const last = messages.at(-1);
    const unread = messages.filter(({ seq, actorId }) => seq > readSeq && actorId !== userId).length;
    return {
      id: this.id,
      kind: this.kind,
      name: this.name,
      members: this.memberIds
        .slice(0, MEMBERS_LISTED)
        .map((id) => ({ userId: id, name: nameOf(id), role: (this.members.get(id) as MemoryMember).role })),
      memberCount: this.memberIds.length,
      lastMessage: last === undefined ? null : this.listMessage(last),
      lastSeq: this.headSeq,
      readSeq,
      unread: Math.min(unread, UNREAD_COUNTED),
    };
  }
}
