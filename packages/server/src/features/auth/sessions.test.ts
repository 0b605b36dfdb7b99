import { REFRESH_TOKEN_PREFIX } from '@parley/tokens';
import { describe, expect, it } from 'vitest';
import { createOpaqueToken, hashOpaqueToken } from './opaque-token.ts';
import { userFrom } from './requester.ts';
import { nextTurn } from './testing/next-turn.ts';
import { ADDRESS, createTestAuth, PASSWORD, SOMEBODY, type TestAuth } from './testing/test-auth.ts';

async function signIn(auth: TestAuth, username = 'ann') {
  if ((await auth.accounts.findCredentials(username)) === undefined) {
    await auth.users.create({ username, password: PASSWORD }, SOMEBODY);
  }
  return auth.passwordLogin.login({ username, password: PASSWORD, address: ADDRESS, userAgent: 'x'.repeat(1000) });
}

describe('sessions', () => {
  it('keep no refresh token, only its hash, and cut what the client says of itself', async () => {
    const auth = createTestAuth();
    const grant = await signIn(auth);
    const session = auth.accounts.sessions.get(grant.identity.sessionId as string);
    expect(session).toMatchObject({ refreshHash: hashOpaqueToken(grant.refreshToken), userAgent: 'x'.repeat(256) });
    expect(JSON.stringify([...auth.accounts.sessions])).not.toContain(grant.refreshToken);
  });

  it('rotate: a refresh gives a new pair of tokens of the same session, and the older token lives on until its exp', async () => {
    const auth = createTestAuth();
    const first = await signIn(auth);
    auth.clock.pass(60_000);
    const second = await auth.sessions.refresh(first.refreshToken, ADDRESS);
    expect(second.refreshToken).not.toBe(first.refreshToken);
    expect(second.identity.sessionId).toBe(first.identity.sessionId);
    expect(second.identity.expiresAtMs).toBe(first.identity.expiresAtMs + 60_000);
    expect(auth.authenticator.authenticate(second.accessToken)).toEqual({ ok: true, identity: second.identity });
    expect(auth.authenticator.authenticate(first.accessToken).ok).toBe(true);
  });

  it('end when a refresh token comes a second time, for whoever holds the newer ones too', async () => {
    const auth = createTestAuth();
    const first = await signIn(auth);
    const second = await auth.sessions.refresh(first.refreshToken, ADDRESS);
    await expect(auth.sessions.refresh(first.refreshToken, '198.51.100.1')).rejects.toMatchObject({
      code: 'refresh_reused',
    });
    await expect(auth.sessions.refresh(second.refreshToken, ADDRESS)).rejects.toMatchObject({
      code: 'refresh_invalid',
    });
    expect(auth.authenticator.authenticate(second.accessToken)).toMatchObject({ code: 'token_revoked' });
    await nextTurn();
    expect(auth.published).toMatchObject([{ revocation: { kind: 'session', id: first.identity.sessionId } }]);
    expect(auth.audit.of('authn_token_reuse')).toMatchObject([
      { outcome: 'failure', address: '198.51.100.1', object: { kind: 'session', id: first.identity.sessionId } },
    ]);
    expect(auth.log.lines).toMatchObject([{ level: 'warn' }]);
  });

  it.each(['', 'x', REFRESH_TOKEN_PREFIX, `${REFRESH_TOKEN_PREFIX}${'A'.repeat(43)}`])(
    'do not accept %j as a refresh token',
    async (token) => {
      const auth = createTestAuth();
      await signIn(auth);
      await expect(auth.sessions.refresh(token, ADDRESS)).rejects.toMatchObject({ code: 'refresh_invalid' });
    },
  );

  it('are not looked for in the store after hundreds of wrong refresh tokens from one address', async () => {
    const auth = createTestAuth();
    const { refreshToken } = await signIn(auth);
    const wrong = () => auth.sessions.refresh(createOpaqueToken(REFRESH_TOKEN_PREFIX), '198.51.100.1');
    for (let n = 0; n < 300; n++) await expect(wrong()).rejects.toMatchObject({ code: 'refresh_invalid' });
    await expect(wrong()).rejects.toMatchObject({ code: 'rate_limited', retryAfterMs: expect.any(Number) });
    expect(auth.accounts.calls.get('rotateRefresh')).toBe(300);
    await expect(auth.sessions.refresh(refreshToken, ADDRESS)).resolves.toBeDefined();
  });

  it('cannot be refreshed after their refresh token expired, or by a disabled user', async () => {
    const auth = createTestAuth({ refreshTokenTtlSeconds: 60 });
    const expired = await signIn(auth);
    auth.clock.pass(60_000);
    await expect(auth.sessions.refresh(expired.refreshToken, ADDRESS)).rejects.toMatchObject({
      code: 'refresh_invalid',
    });
    const { refreshToken, user } = await signIn(auth);
    auth.accounts.users.set(user.id, { ...user, passwordHash: 'x', isDisabled: true });
    await expect(auth.sessions.refresh(refreshToken, ADDRESS)).rejects.toMatchObject({ code: 'account_disabled' });
  });

  it('end by logout: the tokens are refused and every node is told', async () => {
    const auth = createTestAuth();
    const { identity, accessToken, refreshToken } = await signIn(auth);
    await auth.sessions.logout(identity, userFrom(identity.userId, ADDRESS));
    expect(auth.authenticator.authenticate(accessToken)).toMatchObject({ code: 'token_revoked' });
    await expect(auth.sessions.refresh(refreshToken, ADDRESS)).rejects.toMatchObject({ code: 'refresh_invalid' });
    await nextTurn();
    expect(auth.published).toMatchObject([{ revocation: { kind: 'session', id: identity.sessionId } }]);
    expect(auth.audit.of('authn_token_revoked')).toMatchObject([{ actor: { kind: 'user', id: identity.userId } }]);
  });

  it('of a foreign user end with that one token, with or without an id in it', async () => {
    const auth = createTestAuth();
    const [token, other] = [auth.foreignToken({ sub: 'u7' }), auth.foreignToken({ sub: 'u7', nbf: 1 })];
    const verdict = auth.authenticator.authenticate(token);
    if (!verdict.ok) throw new Error(verdict.detail);
    await auth.sessions.logout(verdict.identity, userFrom('u7', ADDRESS));
    expect(auth.authenticator.authenticate(token)).toMatchObject({ code: 'token_revoked' });
    expect(auth.authenticator.authenticate(other).ok).toBe(true);
  });

  it('are remembered as revoked for as long as a token of theirs may live, and no longer', async () => {
    const auth = createTestAuth({ accessTokenTtlSeconds: 100 });
    const { identity, accessToken } = await signIn(auth);
    await auth.sessions.logout(identity, SOMEBODY);
    auth.clock.pass(129_000);
    auth.revocations.sweep();
    expect(auth.authenticator.authenticate(accessToken)).toMatchObject({ code: 'token_revoked' });
    auth.clock.pass(1000);
    auth.revocations.sweep();
    expect(auth.revocations.size).toBe(0);
    expect(auth.authenticator.authenticate(accessToken)).toMatchObject({ code: 'token_expired' });
  });

  it('are listed newest first, ended and expired ones left out', async () => {
    const auth = createTestAuth();
    const ended = await signIn(auth);
    auth.clock.pass(1000);
    const older = await signIn(auth);
    auth.clock.pass(1000);
    const newer = await signIn(auth);
    await auth.sessions.logout(ended.identity, SOMEBODY);
    const sessions = await auth.sessions.list(newer.user.id);
    expect(sessions.map(({ id }) => id)).toEqual([newer.identity.sessionId, older.identity.sessionId]);
  });

  it('can be ended by their user only', async () => {
    const auth = createTestAuth();
    const [ann, bob] = [await signIn(auth, 'ann'), await signIn(auth, 'bob')];
    const sessionId = ann.identity.sessionId as string;
    await expect(auth.sessions.end(bob.user.id, sessionId, SOMEBODY)).rejects.toMatchObject({ code: 'not_found' });
    expect(auth.authenticator.authenticate(ann.accessToken).ok).toBe(true);
    await auth.sessions.end(ann.user.id, sessionId, SOMEBODY);
    expect(auth.authenticator.authenticate(ann.accessToken).ok).toBe(false);
  });

  it('of one user all end at once, and a new one of the same second works', async () => {
    const auth = createTestAuth();
    const grants = [await signIn(auth), await signIn(auth)];
    await auth.sessions.endAll(grants[0]?.user.id as string, SOMEBODY);
    const after = await signIn(auth);
    for (const { accessToken, refreshToken } of grants) {
      expect(auth.authenticator.authenticate(accessToken)).toMatchObject({ code: 'token_revoked' });
      await expect(auth.sessions.refresh(refreshToken, ADDRESS)).rejects.toMatchObject({ code: 'refresh_invalid' });
    }
    expect(auth.authenticator.authenticate(after.accessToken).ok).toBe(true);
  });

  it('in thousands end without more than a few hundred writes waiting at a time', async () => {
    const auth = createTestAuth();
    const { user } = await signIn(auth);
    for (let session = 0; session < 1000; session++) await auth.sessions.open(user, null);
    await auth.sessions.endSessionsOf(user.id);
    expect(auth.accounts.calls.get('addRevocation')).toBe(1001);
    expect(auth.revocations.size).toBe(1001);
  });
});
