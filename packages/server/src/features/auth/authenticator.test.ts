import { createHmacKey, mintToken } from '@parley/tokens';
import { describe, expect, it } from 'vitest';
import { AppError } from '../../kernel/app-error.ts';
import { ADDRESS, createTestAuth, PASSWORD, SOMEBODY, type TestAuth } from './testing/test-auth.ts';

async function signIn(auth: TestAuth) {
  await auth.users.create({ username: 'ann', password: PASSWORD, roles: ['admin'] }, SOMEBODY);
  return auth.passwordLogin.login({ username: 'ann', password: PASSWORD, address: ADDRESS, userAgent: null });
}

describe('the authenticator', () => {
  it.each([
    [undefined, 'token_missing'],
    ['', 'token_empty'],
    [null, 'token_empty'],
    ['undefined', 'token_malformed'],
    [42, 'token_malformed'],
    [{}, 'token_malformed'],
    ['a.b.c', 'token_malformed'],
    ['Bearer x', 'token_malformed'],
  ])('refuses %j with %s', (token, code) => {
    expect(createTestAuth().authenticator.authenticate(token)).toMatchObject({ ok: false, code });
  });

  it('refuses a token of a stranger, and tells the client no more than the catalogue does', () => {
    const auth = createTestAuth();
    const key = createHmacKey(Buffer.from('another key of some other service'));
    const verdict = auth.authenticator.authenticate(
      mintToken({ sub: 'x' }, { key, ttlSeconds: 60, now: auth.clock.now }),
    );
    expect(verdict).toMatchObject({
      ok: false,
      code: 'token_signature',
      message: 'The signature of the token does not verify.',
    });
    expect(auth.accounts.users.size).toBe(0);
  });

  it('reads an own token as the identity that its session has', async () => {
    const auth = createTestAuth();
    const grant = await signIn(auth);
    expect(auth.authenticator.authenticate(grant.accessToken)).toEqual({ ok: true, identity: grant.identity });
    expect(grant.identity).toMatchObject({
      issuer: 'parley',
      roles: ['admin'],
      userId: expect.stringMatching(/^usr_/),
    });
  });

  it('takes nothing from a foreign token but who the user is', () => {
    const auth = createTestAuth();
    const token = auth.foreignToken({ sub: 'u7', roles: ['admin'], caps: { all: true }, sid: 'ses_1', jti: 'j1' });
    expect(auth.authenticator.authenticate(token)).toMatchObject({
      ok: true,
      identity: { userId: 'u7', issuer: 'shop', roles: [], caps: undefined, sessionId: undefined, tokenId: 'j1' },
    });
  });

  it('refuses what was revoked since, by token, session, user or ban', async () => {
    const auth = createTestAuth();
    const { accessToken, identity } = await signIn(auth);
    const foreign = auth.foreignToken({ sub: 'u7' });
    const verdict = auth.authenticator.authenticate(foreign);
    if (!verdict.ok || verdict.identity.tokenId === undefined) throw new Error('The token has no id.');
    await auth.revocations.revoke('token', verdict.identity.tokenId, null);
    expect(auth.authenticator.authenticate(foreign)).toMatchObject({ ok: false, code: 'token_revoked' });
    expect(auth.authenticator.authenticate(auth.foreignToken({ sub: 'u7', jti: '2' })).ok).toBe(true);
    await auth.revocations.revoke('session', identity.sessionId as string, null);
    expect(auth.authenticator.authenticate(accessToken)).toMatchObject({ ok: false, code: 'token_revoked' });
    await auth.revocations.revoke('ban', identity.userId, null);
    expect(auth.authenticator.authenticate(accessToken)).toMatchObject({ ok: false, code: 'account_disabled' });
  });

  it('ends a connection at exp, or after the leeway when the token came within it', () => {
    const auth = createTestAuth();
    const token = auth.foreignToken({ sub: 'u7' });
    const expMs = Math.floor(auth.clock.now() / 1000) * 1000 + 3_600_000;
    expect(auth.authenticator.authenticate(token)).toMatchObject({ identity: { expiresAtMs: expMs } });
    auth.clock.pass(3_610_000);
    expect(auth.authenticator.authenticate(token)).toMatchObject({ identity: { expiresAtMs: expMs + 30_000 } });
    auth.clock.pass(20_000);
    expect(auth.authenticator.authenticate(token)).toMatchObject({ ok: false, code: 'token_expired' });
  });

  it('stores a foreign user at the first token, once, with the name it brings', () => {
    const auth = createTestAuth();
    for (let time = 0; time < 3; time++) auth.authenticator.authenticate(auth.foreignToken({ sub: 'u7', name: 'Uma' }));
    expect(auth.accounts.calls.get('ensureUsers')).toBe(1);
    expect(auth.accounts.users.get('u7')).toMatchObject({ issuer: 'shop', name: 'Uma', username: null, roles: [] });
  });

  it('tries again with the next token when a foreign user could not be stored', async () => {
    const auth = createTestAuth();
    auth.accounts.failures.set('ensureUsers', new AppError('overloaded'));
    expect(auth.authenticator.authenticate(auth.foreignToken({ sub: 'u7' })).ok).toBe(true);
    await Promise.resolve();
    expect(auth.log.lines).toMatchObject([{ level: 'warn', text: 'user of another issuer could not be stored' }]);
    expect(auth.authenticator.authenticate(auth.foreignToken({ sub: 'u7' })).ok).toBe(true);
    expect(auth.accounts.users.has('u7')).toBe(true);
  });

  it('does not store a foreign user who is banned', async () => {
    const auth = createTestAuth();
    await auth.revocations.revoke('ban', 'u7', null);
    expect(auth.authenticator.authenticate(auth.foreignToken({ sub: 'u7' }))).toMatchObject({
      code: 'account_disabled',
    });
    expect(auth.accounts.users.size).toBe(0);
  });
});
