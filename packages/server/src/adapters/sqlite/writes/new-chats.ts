import type { DatabaseSync } from 'node:sqlite';
import type { ChatChange, ChatChanged, ChatKind, MemberRole, Rejected } from '../../../ports/chat-log.ts';
import { prepareTuples, type Statement } from '../prepare.ts';
import type { ChangeLog } from './change-log.ts';
import type { DoneOperations } from './done-operations.ts';
import type { ChatHead, EventLog } from './event-log.ts';
import type { Members } from './members.ts';
import { CHAT_NOT_FOUND, GROUP_FULL, IDEMPOTENCY_CONFLICT, userNotFound } from './rejections.ts';
import type { UserNumbers } from './user-numbers.ts';

/** A group to make. `chatId` is its id if it is made now. */
export interface NewGroup {
  readonly chatId: string;
  readonly creatorId: string;
  readonly name: string;
  readonly memberIds: readonly string[];
  readonly clientOpId: string | undefined;
  readonly maxMembers: number;
}

/** Makes chats. Their first event says so; whoever is in from the beginning has joined at seq 1. */
export class NewChatWrites {
  readonly #log: EventLog;
  readonly #changes: ChangeLog;
  readonly #members: Members;
  readonly #users: UserNumbers;
  readonly #done: DoneOperations;
  readonly #findPair: Statement<[chatId: string]>;

  constructor(
    database: DatabaseSync,
    parts: {
      readonly log: EventLog;
      readonly changes: ChangeLog;
      readonly members: Members;
      readonly users: UserNumbers;
      readonly done: DoneOperations;
    },
  ) {
    this.#log = parts.log;
    this.#changes = parts.changes;
    this.#members = parts.members;
    this.#users = parts.users;
    this.#done = parts.done;
    this.#findPair = prepareTuples(database, 'SELECT chat_id FROM chats WHERE pair_low = ? AND pair_high = ?');
  }

  createGroup(group: NewGroup): ChatChanged | Rejected {
    const creator = this.#users.find(group.creatorId);
    if (creator === undefined) return userNotFound([group.creatorId]);
    const memberIds = [...new Set([group.creatorId, ...group.memberIds])];
    const request = ['create_group', group.name, [...memberIds].sort()];
    const done = this.#done.find(creator, group.clientOpId, request);
    if (done !== undefined) return done.isSame ? this.#replay(done, group.creatorId) : IDEMPOTENCY_CONFLICT;
    if (memberIds.length > group.maxMembers) return GROUP_FULL;
    const missing = memberIds.filter((userId) => this.#users.find(userId) === undefined);
    if (missing.length > 0) return userNotFound(missing);

    const { chatId, name } = group;
    const head = this.#log.create({ chatId, kind: 'group', name, creator, pair: undefined });
    const changed = this.#fill(head, group.creatorId, memberIds, (user) => (user === creator ? 'owner' : 'member'));
    this.#done.record(creator, group.clientOpId, request, { chat: head.id, seq: head.lastSeq });
    return changed;
  }

  openDirect(chatId: string, creatorId: string, otherId: string): ChatChanged | Rejected {
    const creator = this.#users.find(creatorId);
    const other = this.#users.find(otherId);
    if (creator === undefined || other === undefined)
      return userNotFound([...(creator === undefined ? [creatorId] : []), ...(other === undefined ? [otherId] : [])]);
    const pair = [Math.min(creator, other), Math.max(creator, other)] as const;
    const found = this.#findPair.get(...pair)?.[0];
    if (found !== undefined) return this.#changes.nothing(this.#log.find(found) as ChatHead);
    const head = this.#log.create({ chatId, kind: 'direct', name: null, creator, pair });
    return this.#fill(head, creatorId, [...new Set([creatorId, otherId])], () => 'member');
  }

  #fill(
    head: ChatHead,
    creatorId: string,
    memberIds: readonly string[],
    roleOf: (user: number) => MemberRole,
  ): ChatChanged {
    const numbers = memberIds.map((userId) => this.#users.find(userId) as number);
    for (const user of numbers) this.#members.join(head, user, roleOf(user), 1);
    const actor = { id: creatorId, user: this.#users.find(creatorId) as number };
    const change: ChatChange = { change: 'created', kind: head.kind satisfies ChatKind, name: head.name };
    return this.#changes.append(head, actor, { kind: 'chat', change });
  }

  #replay(done: { readonly chatId: string; readonly seq: number }, creatorId: string): ChatChanged | Rejected {
    const head = this.#log.find(done.chatId);
    if (head === undefined || this.#members.present(head, creatorId) === undefined) return CHAT_NOT_FOUND;
    return this.#changes.nothing(head, done.seq);
  }
}
