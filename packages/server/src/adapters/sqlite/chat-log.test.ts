import { describeChatLog } from '../../ports/chat-log.contract.ts';
import { openTemporaryStorage, StoppedClock } from './testing/temporary-storage.ts';

describeChatLog('in the embedded database', async () => {
  const clock = new StoppedClock();
  const temporary = await openTemporaryStorage({ clock });
  const { chatLog, accounts } = temporary.storage;
  return {
    chatLog,
    accounts,
    setNow: (nowMs) => {
      clock.nowMs = nowMs;
    },
    [Symbol.asyncDispose]: () => temporary[Symbol.asyncDispose](),
  };
});
