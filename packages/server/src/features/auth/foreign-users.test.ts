import { expect, it } from 'vitest';
import { silentLog } from '../../kernel/log.ts';
import { ForeignUsers } from './foreign-users.ts';
import { MemoryAccounts } from './testing/memory-accounts.ts';

it('remembers a bounded number of foreign users, and stores one it forgot again', () => {
  const accounts = new MemoryAccounts(Date.now);
  const foreignUsers = new ForeignUsers({ accounts, log: silentLog, maxRemembered: 10 });
  const meet = (id: string) => foreignUsers.meet({ id, issuer: 'shop', name: undefined });
  for (let user = 0; user < 1000; user++) meet(`u${user}`);
  for (let user = 990; user < 1000; user++) meet(`u${user}`);
  expect(accounts.calls.get('ensureUsers')).toBe(1000);
  meet('u0');
  expect(accounts.calls.get('ensureUsers')).toBe(1001);
  expect(accounts.users.size).toBe(1000);
});
