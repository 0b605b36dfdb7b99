import { describeAccountStore } from '../../ports/account-store.contract.ts';
import { openTemporaryStorage, StoppedClock } from './testing/temporary-storage.ts';

describeAccountStore('in the embedded database', async () => {
  const clock = new StoppedClock();
  const temporary = await openTemporaryStorage({ clock });
  return {
    accounts: temporary.storage.accounts,
    setNow: (nowMs) => {
      clock.nowMs = nowMs;
    },
    [Symbol.asyncDispose]: () => temporary[Symbol.asyncDispose](),
  };
});
