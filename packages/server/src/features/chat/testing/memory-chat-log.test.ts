import type { AccountStore } from '../../../ports/account-store.ts';
import { describeChatLog } from '../../../ports/chat-log.contract.ts';
import { MemoryChatLog } from './memory-chat-log.ts';

describeChatLog('in memory, for tests', () => {
  const chatLog = new MemoryChatLog();
  const accounts: Pick<AccountStore, 'ensureUsers'> = {
    ensureUsers: (users) => {
      for (const { id, name } of users) chatLog.chats.userNames.set(id, name);
      return Promise.resolve(users.length);
    },
  };
  return Promise.resolve({
    chatLog,
    accounts: accounts as AccountStore,
    setNow: (nowMs: number) => {
      chatLog.chats.nowMs = nowMs;
    },
    [Symbol.asyncDispose]: () => Promise.resolve(),
  });
});
