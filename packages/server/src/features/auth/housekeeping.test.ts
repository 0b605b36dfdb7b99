import { expect, it } from 'vitest';
import { AppError } from '../../kernel/app-error.ts';
import { AuthHousekeeping } from './housekeeping.ts';
import { createTestAuth, SOMEBODY } from './testing/test-auth.ts';

it('starting fails when the revocations cannot be read: nobody may come in unchecked', async () => {
  const auth = createTestAuth();
  auth.accounts.failures.set('loadRevocations', new AppError('storage_unavailable'));
  await expect(auth.service.start()).rejects.toMatchObject({ code: 'storage_unavailable' });
  await auth.service.stop();
});

it('each round reads the revocations again and writes what was counted; stopping writes the rest', async () => {
  const auth = createTestAuth();
  const service = new AuthHousekeeping({ ...auth, log: auth.log });
  await service.start();
  auth.accounts.revocations.set('ban u7', { kind: 'ban', id: 'u7', atMs: 0, untilMs: null });
  auth.trail.count({ action: 'authn_login_fail', by: SOMEBODY });
  await service.runOnce();
  expect(auth.revocations.size).toBe(1);
  expect(auth.audit.entries).toHaveLength(1);
  auth.accounts.failures.set('loadRevocations', new AppError('storage_unavailable'));
  await service.runOnce();
  expect(auth.log.lines).toMatchObject([{ level: 'warn', text: 'revocations could not be read again' }]);
  auth.trail.count({ action: 'authn_login_fail', by: SOMEBODY });
  await service.stop();
  await service.stop();
  expect(auth.audit.entries).toHaveLength(2);
});
