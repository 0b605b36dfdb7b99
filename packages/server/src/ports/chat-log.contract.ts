import { afterAll, beforeAll, describe } from 'vitest';
import { describeCursors } from './chat-log-cursors.contract.ts';
import { describeGroups } from './chat-log-groups.contract.ts';
import { describeLists } from './chat-log-lists.contract.ts';
import { describeNewChats } from './chat-log-new-chats.contract.ts';
import { describeSending } from './chat-log-sending.contract.ts';
import { ChatLogSubject, type OpenedChatLog } from './chat-log-subject.contract.ts';

/** Examines a chat log: everything that the port promises, on one log that the tests share. */
export function describeChatLog(name: string, open: () => Promise<OpenedChatLog>): void {
  describe(`the chat log ${name}`, () => {
    const subject = new ChatLogSubject();
    let opened: OpenedChatLog;
    beforeAll(async () => {
      opened = await open();
      subject.opened = opened;
    });
    afterAll(() => opened[Symbol.asyncDispose]());

    describe('sending', () => describeSending(subject));
    describe('making chats', () => describeNewChats(subject));
    describe('changing groups', () => describeGroups(subject));
    describe('cursors and receipts', () => describeCursors(subject));
    describe('lists and pages', () => describeLists(subject));
  });
}
