import { createId } from '../../../kernel/ids.ts';
import type {
  ChatChanged,
  ChatLog,
  GroupChange,
  MessageSend,
  MessageStored,
  Rejected,
} from '../../../ports/chat-log.ts';
import { MemoryChat, type MemoryMember, type NewEvent } from './memory-chat.ts';

/** What a MemoryChatLog holds. */
export class MemoryChats {
  readonly byId = new Map<string, MemoryChat>();
  readonly userNames = new Map<string, string | null>();
  nowMs = Date.UTC(2026, 10, 20, 12);
  readonly #sent = new Map<string, { readonly chatId: string; readonly seq: number; readonly content: string }>();
  readonly #done = new Map<string, { readonly request: string; readonly chatId: string; readonly seq: number }>();
  #gid = 0;

  append({ chatId, senderId, content, clientMsgId, wantMembers }: MessageSend): MessageStored | Rejected {
    const chat = this.byId.get(chatId);
    if (chat?.present(senderId) === undefined) return rejected('chat_not_found');
    const members = wantMembers ? { memberIds: chat.memberIds } : {};
    const key = clientMsgId === undefined ? undefined : keyOf(senderId, clientMsgId);
    const before = key === undefined ? undefined : this.#sent.get(key);
    if (before !== undefined) {
      if (before.chatId !== chatId || before.content !== content) return rejected('idempotency_conflict');
      const { seq, gid, timestampMs } = chat.events[before.seq - 1] as {
        seq: number;
        gid: number;
        timestampMs: number;
      };
      return { status: 'ok', isDuplicate: true, seq, gid, timestampMs, ...members };
    }
    const { nowMs: timestampMs } = this;
    const { seq, gid } = chat.append(
      { kind: 'message', actorId: senderId, timestampMs, content, clientMsgId },
      ++this.#gid,
    );
    if (key !== undefined) this.#sent.set(key, { chatId, seq, content });
    return { status: 'ok', isDuplicate: false, seq, gid, timestampMs, ...members };
  }

  fateOf(userId: string, clientMsgId: string): { readonly chatId: string; readonly seq: number } | undefined {
    return this.#sent.get(keyOf(userId, clientMsgId));
  }

  createGroup(group: Parameters<ChatLog['createGroup']>[0]): ChatChanged | Rejected {
    const { creatorId, name, clientOpId, maxMembers } = group;
    const memberIds = [...new Set([creatorId, ...group.memberIds])];
    const request = JSON.stringify(['create_group', name, memberIds.toSorted()]);
    return this.#once(creatorId, clientOpId, request, () => {
      if (memberIds.length > maxMembers) return rejected('group_full');
      return this.#missing(memberIds) ?? this.#create('group', name, memberIds);
    });
  }

  openDirect({ creatorId, otherId }: Parameters<ChatLog['openDirect']>[0]): ChatChanged | Rejected {
    const pair = [...new Set([creatorId, otherId])];
    const isPair = (chat: MemoryChat) =>
      chat.kind === 'direct' && chat.memberIds.length === pair.length && pair.every((id) => chat.members.has(id));
    const found = [...this.byId.values()].find(isPair);
    return found === undefined ? (this.#missing(pair) ?? this.#create('direct', null, pair)) : nothing(found);
  }

  changeGroup(change: GroupChange, maxMembers: number): ChatChanged | Rejected {
    const { chatId, actorId, clientOpId, ...rest } = change;
    const chat = this.byId.get(chatId);
    const actor = chat?.members.get(actorId);
    if (chat === undefined || actor === undefined) return rejected('chat_not_found');
    if (actor.leftSeq !== null && (change.action !== 'leave' || clientOpId === undefined))
      return rejected('chat_not_found');
    return this.#once(actorId, clientOpId, JSON.stringify([chatId, rest]), () => {
      if (actor.leftSeq !== null) return rejected('chat_not_found');
      return chat.kind === 'group' ? this.#change(chat, actor, change, maxMembers) : rejected('not_a_group');
    });
  }

  #change(chat: MemoryChat, actor: MemoryMember, change: GroupChange, maxMembers: number): ChatChanged | Rejected {
    if (change.action === 'leave' || (change.action === 'remove' && change.userId === change.actorId)) {
      return this.#leave(chat, change.actorId, actor);
    }
    const isAllowed = change.action === 'role' ? actor.role === 'owner' : actor.role !== 'member';
    if (!isAllowed) return rejected('forbidden');
    if (change.action === 'rename') return this.#rename(chat, change.actorId, change.name);
    const missing = this.#missing([change.userId]);
    if (missing !== undefined) return missing;
    const target = chat.present(change.userId);
    if (change.action === 'add') {
      if (target !== undefined) return nothing(chat);
      if (chat.memberIds.length >= maxMembers) return rejected('group_full');
      chat.join(change.userId, 'member', chat.headSeq + 1);
      return this.#noteMember(chat, change.actorId, 'joined', change.userId, 'member');
    }
    if (change.action === 'remove') return this.#remove(chat, actor, change, target);
    if (target === undefined) return rejected('user_not_found', { userIds: [change.userId] });
    if (target.role === change.role) return nothing(chat);
    if (this.#isLastOwner(chat, target)) return rejected('last_owner');
    target.role = change.role;
    return this.#noteMember(chat, change.actorId, 'role', change.userId, change.role);
  }

  #remove(
    chat: MemoryChat,
    actor: MemoryMember,
    { actorId, userId }: { readonly actorId: string; readonly userId: string },
    target: MemoryMember | undefined,
  ): ChatChanged | Rejected {
    if (target === undefined) return nothing(chat);
    if (actor.role === 'admin' && target.role !== 'member') return rejected('forbidden');
    target.leftSeq = chat.headSeq + 1;
    return this.#noteMember(chat, actorId, 'removed', userId, null);
  }

  #leave(chat: MemoryChat, actorId: string, actor: MemoryMember): ChatChanged | Rejected {
    if (this.#isLastOwner(chat, actor) && chat.memberIds.length > 1) return rejected('last_owner');
    actor.leftSeq = chat.headSeq + 1;
    return this.#noteMember(chat, actorId, 'left', actorId, null);
  }

  #rename(chat: MemoryChat, actorId: string, name: string): ChatChanged {
    if (chat.name === name) return nothing(chat);
    chat.name = name;
    return this.#note(chat, actorId, { kind: 'chat', change: { change: 'renamed', kind: chat.kind, name } });
  }

  #isLastOwner(chat: MemoryChat, member: MemoryMember): boolean {
    const owners = chat.memberIds.filter((id) => chat.present(id)?.role === 'owner');
    return member.role === 'owner' && owners.length === 1;
  }

  #create(kind: 'group' | 'direct', name: string | null, memberIds: readonly string[]): ChatChanged {
    const chat = new MemoryChat(createId('chat'), kind, name);
    this.byId.set(chat.id, chat);
    const [creatorId] = memberIds as [string];
    for (const id of memberIds) chat.join(id, kind === 'group' && id === creatorId ? 'owner' : 'member', 1);
    return this.#note(chat, creatorId, { kind: 'chat', change: { change: 'created', kind, name } });
  }

  #noteMember(
    chat: MemoryChat,
    actorId: string,
    change: 'joined' | 'left' | 'removed' | 'role',
    userId: string,
    role: MemoryMember['role'] | null,
  ): ChatChanged {
    return this.#note(chat, actorId, { kind: 'member', change: { change, userId, role } });
  }

  #note(chat: MemoryChat, actorId: string, change: Change): ChatChanged {
    const event = chat.append({ actorId, timestampMs: this.nowMs, ...change }, ++this.#gid);
    const { id: chatId, headSeq: seq, memberIds } = chat;
    return { status: 'ok', isDuplicate: false, chatId, seq, events: [event], memberIds };
  }

  #missing(userIds: readonly string[]): Rejected | undefined {
    const missing = userIds.filter((id) => !this.userNames.has(id));
    return missing.length === 0 ? undefined : rejected('user_not_found', { userIds: missing });
  }

  /** Does what an operation id stands for once. */
  #once(
    userId: string,
    clientOpId: string | undefined,
    request: string,
    run: () => ChatChanged | Rejected,
  ): ChatChanged | Rejected {
    const key = clientOpId === undefined ? undefined : keyOf(userId, clientOpId);
    const done = key === undefined ? undefined : this.#done.get(key);
    if (done !== undefined) {
      const chat = this.byId.get(done.chatId) as MemoryChat;
      const mayAsk = chat.present(userId) !== undefined || request.includes('"leave"');
      if (!mayAsk) return rejected('chat_not_found');
      return done.request === request ? { ...nothing(chat), seq: done.seq } : rejected('idempotency_conflict');
    }
    const outcome = run();
    if (key !== undefined && outcome.status === 'ok') {
      this.#done.set(key, { request, chatId: outcome.chatId, seq: outcome.seq });
    }
    return outcome;
  }
}

type Change = NewEvent extends infer Event
  ? Event extends { readonly kind: 'chat' | 'member'; readonly change: unknown }
    ? Pick<Event, 'kind' | 'change'>
    : never
  : never;

/** A refusal. */
export function rejected(code: Rejected['code'], details?: Rejected['details']): Rejected {
  return { status: 'rejected', code, ...(details && { details }) };
}

function nothing(chat: MemoryChat): ChatChanged {
  const { id: chatId, headSeq: seq, memberIds } = chat;
  return { status: 'ok', isDuplicate: true, chatId, seq, events: [], memberIds };
}

function keyOf(userId: string, id: string): string {
  return JSON.stringify([userId, id]);
}
