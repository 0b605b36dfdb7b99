import { expect } from 'vitest';
import { createId } from '../kernel/ids.ts';
import type { AccountStore } from './account-store.ts';
import type { ChatChanged, ChatLog, GroupChange, MessageStored, Rejected } from './chat-log.ts';

/** What an adapter gives to have its chat log examined. */
export interface OpenedChatLog extends AsyncDisposable {
  readonly chatLog: ChatLog;
  /** On the same storage: chats are made of users. */
  readonly accounts: AccountStore;
  /** Sets the clock that the log takes its times from. */
  setNow(nowMs: number): void;
}

/** More than any test's group holds. */
const MAX_MEMBERS = 1_000;

/** The log under examination, with short forms of what most tests do. Every test makes its own users and chats. */
export class ChatLogSubject {
  opened: OpenedChatLog | undefined;

  get log(): ChatLog {
    if (this.opened === undefined) throw new Error('The log is not open yet.');
    return this.opened.chatLog;
  }

  setNow(nowMs: number): void {
    this.opened?.setNow(nowMs);
  }

  /** Makes users; returns their ids. */
  async users(count: number): Promise<readonly [string, string, string, ...string[]]> {
    const ids = Array.from({ length: Math.max(3, count) }, () => createId('usr'));
    const users = ids.map((id) => ({
      id,
      issuer: 'parley',
      username: null,
      name: `Name of ${id}`,
      roles: [],
      passwordHash: null,
    }));
    await this.opened?.accounts.ensureUsers(users);
    return ids as [string, string, string];
  }

  /** Makes a group; returns its id. */
  async group(creatorId: string, ...memberIds: string[]): Promise<string> {
    const group = { creatorId, name: 'A group', memberIds, clientOpId: undefined, maxMembers: MAX_MEMBERS };
    return done(await this.log.createGroup(group)).chatId;
  }

  /** A group of fresh users, the first being its owner. */
  async freshGroup(
    members: number,
  ): Promise<{ chatId: string; users: readonly [string, string, string, ...string[]] }> {
    const users = await this.users(members);
    const [owner, ...others] = users.slice(0, members) as [string, ...string[]];
    return { chatId: await this.group(owner, ...others), users };
  }

  send(chatId: string, senderId: string, content = 'hello', clientMsgId?: string): Promise<MessageStored | Rejected> {
    return this.log.append({ chatId, senderId, content, clientMsgId, wantMembers: false });
  }

  /** Sends so many messages; returns their seqs. */
  async sendMany(chatId: string, senderId: string, count: number): Promise<readonly number[]> {
    const sends = Array.from({ length: count }, (_, i) => this.send(chatId, senderId, `message ${i}`));
    return (await Promise.all(sends)).map((outcome) => stored(outcome).seq);
  }

  change(change: GroupChange, maxMembers: number = MAX_MEMBERS): Promise<ChatChanged | Rejected> {
    return this.log.changeGroup(change, { maxMembers });
  }

  add(chatId: string, actorId: string, userId: string): Promise<ChatChanged | Rejected> {
    return this.change({ chatId, actorId, clientOpId: undefined, action: 'add', userId });
  }

  remove(chatId: string, actorId: string, userId: string): Promise<ChatChanged | Rejected> {
    return this.change({ chatId, actorId, clientOpId: undefined, action: 'remove', userId });
  }

  leave(chatId: string, actorId: string): Promise<ChatChanged | Rejected> {
    return this.change({ chatId, actorId, clientOpId: undefined, action: 'leave' });
  }

  setRole(chatId: string, actorId: string, userId: string, role: 'owner' | 'admin' | 'member') {
    return this.change({ chatId, actorId, clientOpId: undefined, action: 'role', userId, role });
  }

  rename(chatId: string, actorId: string, name: string): Promise<ChatChanged | Rejected> {
    return this.change({ chatId, actorId, clientOpId: undefined, action: 'rename', name });
  }

  /** The whole log as a user sees it. */
  async events(chatId: string, userId: string, afterSeq = 0) {
    const page = await this.log.eventsAfter({ chatId, userId, afterSeq, limit: 10_000, maxBytes: 1e9 });
    return page.events;
  }

  /** The head as a user sees it. */
  async head(chatId: string, userId: string): Promise<number | undefined> {
    return (await this.log.heads(userId, [chatId]))[0]?.headSeq;
  }
}

/** Expects that a message is in the log. */
export function stored(outcome: MessageStored | Rejected): MessageStored {
  expect(outcome).toMatchObject({ status: 'ok' });
  return outcome as MessageStored;
}

/** Expects that a change is in the log. */
export function done(outcome: ChatChanged | Rejected): ChatChanged {
  expect(outcome).toMatchObject({ status: 'ok' });
  return outcome as ChatChanged;
}

/** Expects a refusal. */
export function expectRejected(outcome: object, code: string, details?: object): void {
  expect(outcome).toEqual({ status: 'rejected', code, ...(details && { details }) });
}
