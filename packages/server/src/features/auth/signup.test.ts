import { expect, it } from 'vitest';
import { createTestAuth, PASSWORD } from './testing/test-auth.ts';

it('signing up is refused unless it is open', async () => {
  const auth = createTestAuth();
  const wish = { username: 'ann', password: PASSWORD };
  await expect(auth.signup.signUp(wish, '203.0.113.7')).rejects.toMatchObject({ code: 'signup_closed' });
});

it('signing up gives no roles, whatever was asked for', async () => {
  const auth = createTestAuth({ isSignupOpen: true });
  const wish = { username: 'ann', password: PASSWORD, roles: ['admin'] };
  expect(await auth.signup.signUp(wish, '203.0.113.7')).toMatchObject({ username: 'ann', roles: [] });
});

it('signing up is slowed down per address, and what is refused is counted in the audit log', async () => {
  const auth = createTestAuth({ isSignupOpen: true });
  const signUp = (n: number) =>
    auth.signup.signUp({ username: `user ${n}`, password: PASSWORD }, `2001:db8::${n.toString(16)}`);
  for (let n = 0; n < 11; n++) await signUp(n);
  for (let n = 11; n < 20; n++) {
    await expect(signUp(n)).rejects.toMatchObject({ code: 'rate_limited', retryAfterMs: expect.any(Number) });
  }
  await auth.trail.flush();
  expect(auth.audit.of('excess_rate_limit_exceeded')).toMatchObject([{ details: { count: 9 } }]);
});
