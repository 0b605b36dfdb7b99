import type { ChatChanged, GroupChange, MemberRole, Rejected } from '../../../ports/chat-log.ts';
import type { Actor, ChangeLog } from './change-log.ts';
import type { DoneOperations } from './done-operations.ts';
import type { ChatHead, EventLog } from './event-log.ts';
import type { MemberRow, Members } from './members.ts';
import {
  CHAT_NOT_FOUND,
  FORBIDDEN,
  GROUP_FULL,
  IDEMPOTENCY_CONFLICT,
  LAST_OWNER,
  NOT_A_GROUP,
  userNotFound,
} from './rejections.ts';
import type { UserNumbers } from './user-numbers.ts';

/** The actor of a change with their own row. */
type Changer = Actor & { readonly row: MemberRow };
type Outcome = ChatChanged | Rejected;

/**
 * Changes who is in a group, their roles and its name. An owner may everything; an admin may add, rename and remove
 * plain members; everybody may leave, but the last owner only as the last member.
 */
export class GroupWrites {
  readonly #log: EventLog;
  readonly #changes: ChangeLog;
  readonly #members: Members;
  readonly #users: UserNumbers;
  readonly #done: DoneOperations;

  constructor(parts: {
    readonly log: EventLog;
    readonly changes: ChangeLog;
    readonly members: Members;
    readonly users: UserNumbers;
    readonly done: DoneOperations;
  }) {
    this.#log = parts.log;
    this.#changes = parts.changes;
    this.#members = parts.members;
    this.#users = parts.users;
    this.#done = parts.done;
  }

  changeGroup(change: GroupChange, maxMembers: number): Outcome {
    const { chatId, actorId, clientOpId } = change;
    const request = requestOf(change);
    const head = this.#log.find(chatId);
    const row = head && this.#members.find(head, actorId);
    if (head === undefined || row === undefined) return CHAT_NOT_FOUND;
    const done = this.#done.find(row.user, clientOpId, request);
    const isPresent = row.leftSeq === null;
    // whoever left may ask again whether they did, and nothing else
    if (done?.isSame && (isPresent || change.action === 'leave')) return this.#changes.nothing(head, done.seq);
    if (!isPresent) return CHAT_NOT_FOUND;
    if (done !== undefined) return IDEMPOTENCY_CONFLICT;
    if (head.kind !== 'group') return NOT_A_GROUP;
    const outcome = this.#apply(head, { id: actorId, user: row.user, row }, change, maxMembers);
    if (outcome.status === 'ok') this.#done.record(row.user, clientOpId, request, { chat: head.id, seq: outcome.seq });
    return outcome;
  }

  #apply(head: ChatHead, actor: Changer, change: GroupChange, maxMembers: number): Outcome {
    switch (change.action) {
      case 'add':
        return this.#add(head, actor, change.userId, maxMembers);
      case 'remove':
        return change.userId === actor.id ? this.#leave(head, actor) : this.#remove(head, actor, change.userId);
      case 'leave':
        return this.#leave(head, actor);
      case 'role':
        return this.#setRole(head, actor, change.userId, change.role);
      case 'rename':
        return this.#rename(head, actor, change.name);
    }
  }

  #add(head: ChatHead, actor: Changer, userId: string, maxMembers: number): Outcome {
    if (actor.row.role === 'member') return FORBIDDEN;
    const user = this.#users.find(userId);
    if (user === undefined) return userNotFound([userId]);
    if (this.#members.present(head, userId) !== undefined) return this.#changes.nothing(head);
    if (head.memberCount >= maxMembers) return GROUP_FULL;
    this.#members.join(head, user, 'member', head.lastSeq + 1);
    return this.#changes.append(head, actor, {
      kind: 'member',
      change: { change: 'joined', userId, role: 'member' },
    });
  }

  #remove(head: ChatHead, actor: Changer, userId: string): Outcome {
    if (actor.row.role === 'member') return FORBIDDEN;
    if (this.#users.find(userId) === undefined) return userNotFound([userId]);
    const target = this.#members.find(head, userId);
    if (target === undefined || target.leftSeq !== null) return this.#changes.nothing(head);
    if (actor.row.role === 'admin' && target.role !== 'member') return FORBIDDEN;
    this.#members.leave(head, userId, target.user, head.lastSeq + 1);
    return this.#changes.append(head, actor, { kind: 'member', change: { change: 'removed', userId, role: null } });
  }

  #leave(head: ChatHead, actor: Changer): Outcome {
    const isLastOwner = actor.row.role === 'owner' && this.#members.countOwners(head) === 1;
    if (isLastOwner && head.memberCount > 1) return LAST_OWNER;
    this.#members.leave(head, actor.id, actor.user, head.lastSeq + 1);
    const change = { change: 'left', userId: actor.id, role: null } as const;
    return this.#changes.append(head, actor, { kind: 'member', change });
  }

  #setRole(head: ChatHead, actor: Changer, userId: string, role: MemberRole): Outcome {
    if (actor.row.role !== 'owner') return FORBIDDEN;
    const target = this.#members.find(head, userId);
    if (target === undefined || target.leftSeq !== null) return userNotFound([userId]);
    if (target.role === role) return this.#changes.nothing(head);
    if (target.role === 'owner' && this.#members.countOwners(head) === 1) return LAST_OWNER;
    this.#members.setRole(head, target.user, role);
    return this.#changes.append(head, actor, { kind: 'member', change: { change: 'role', userId, role } });
  }

  #rename(head: ChatHead, actor: Changer, name: string): Outcome {
    if (actor.row.role === 'member') return FORBIDDEN;
    if (head.name === name) return this.#changes.nothing(head);
    head.name = name;
    this.#log.markChanged(head);
    return this.#changes.append(head, actor, { kind: 'chat', change: { change: 'renamed', kind: head.kind, name } });
  }
}

/** What makes two requests the same, whatever the order of their fields. */
function requestOf(change: GroupChange): readonly (string | null)[] {
  const userId = 'userId' in change ? change.userId : null;
  const detail = change.action === 'role' ? change.role : change.action === 'rename' ? change.name : null;
  return [change.chatId, change.action, userId, detail];
}
