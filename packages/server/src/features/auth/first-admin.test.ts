import { expect, it } from 'vitest';
import { ADDRESS, createTestAuth } from './testing/test-auth.ts';

it('the first administrator is made once, and can sign in with the password that is shown', async () => {
  const auth = createTestAuth();
  const first = await auth.createFirstAdmin({ username: 'admin' });
  if (first === undefined) throw new Error('No administrator was made.');
  expect(first.username).toBe('admin');
  const grant = await auth.passwordLogin.login({ ...first, address: ADDRESS, userAgent: null });
  expect(grant.identity.roles).toEqual(['admin']);
  expect(await auth.createFirstAdmin({ username: 'admin' })).toBeUndefined();
  expect(auth.audit.of('privilege_permissions_changed')).toMatchObject([{ actor: { kind: 'system' } }]);
});
