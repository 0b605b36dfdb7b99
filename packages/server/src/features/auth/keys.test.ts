import { API_KEY_PREFIX } from '@parley/tokens';
import { describe, expect, it, vi } from 'vitest';
import { meansApiKey } from './keys.ts';
import { hashOpaqueToken } from './opaque-token.ts';
import { createTestAuth, SOMEBODY, type TestAuth } from './testing/test-auth.ts';

function create(auth: TestAuth, name = 'backend') {
  return auth.keys.create({ name, scopes: ['publish', 'publish', 'users:read'] }, SOMEBODY);
}

describe('API keys', () => {
  it('are shown once and stored as a hash', async () => {
    const auth = createTestAuth();
    const { id, secret, scopes } = await create(auth);
    expect(secret.startsWith(API_KEY_PREFIX)).toBe(true);
    expect(scopes).toEqual(['publish', 'users:read']);
    expect(auth.accounts.keys.get(id)).toMatchObject({ hash: hashOpaqueToken(secret) });
    expect(JSON.stringify([await auth.keys.list(), [...auth.accounts.keys]])).not.toContain(secret);
  });

  it('open what their scopes say', async () => {
    const auth = createTestAuth();
    const { id, secret } = await create(auth);
    const verdict = await auth.keys.authenticate(`bearer  ${secret}`);
    expect(verdict).toEqual({ ok: true, key: { id, name: 'backend', scopes: new Set(['publish', 'users:read']) } });
  });

  it.each([
    [{ name: '', scopes: ['publish'] }],
    [{ name: 'x'.repeat(65), scopes: ['publish'] }],
    [{ name: 'a\nb', scopes: ['publish'] }],
    [{ name: 'backend', scopes: [] }],
    [{ name: 'backend', scopes: ['publish', 'root'] }],
    [{ name: 'backend', scopes: ['constructor'] }],
  ])('are not made for %j', async (wish) => {
    await expect(createTestAuth().keys.create(wish, SOMEBODY)).rejects.toMatchObject({ code: 'invalid_fields' });
  });

  it('are not looked up for what cannot be one', async () => {
    const auth = createTestAuth();
    const { secret } = await create(auth);
    const headers = [undefined, '', secret, 'Bearer ', `Basic ${secret}`, `Bearer ${secret}x`, `Bearer ${secret} x`];
    for (const header of headers) {
      expect(await auth.keys.authenticate(header)).toEqual({ ok: false, code: 'api_key_invalid' });
    }
    expect(auth.accounts.calls.has('findKey')).toBe(false);
  });

  it('are asked for in the store now and then only', async () => {
    const auth = createTestAuth();
    const { secret } = await create(auth);
    for (let time = 0; time < 100; time++) await auth.keys.authenticate(`Bearer ${secret}`);
    expect(auth.accounts.calls.get('findKey')).toBe(1);
    auth.clock.pass(10_000);
    await auth.keys.authenticate(`Bearer ${secret}`);
    expect(auth.accounts.calls.get('findKey')).toBe(2);
  });

  it('end at once when they are revoked, also while one is being looked up', async () => {
    const auth = createTestAuth();
    const { id, secret } = await create(auth);
    const findKey = auth.accounts.findKey.bind(auth.accounts);
    vi.spyOn(auth.accounts, 'findKey').mockImplementationOnce(async (hash) => {
      const found = await findKey(hash);
      await auth.keys.revoke(id, SOMEBODY);
      return found;
    });
    expect((await auth.keys.authenticate(`Bearer ${secret}`)).ok).toBe(true);
    expect((await auth.keys.authenticate(`Bearer ${secret}`)).ok).toBe(false);
    await expect(auth.keys.revoke(id, SOMEBODY)).rejects.toMatchObject({ code: 'not_found' });
    expect(auth.audit.of('authn_token_revoked')).toMatchObject([{ object: { kind: 'key', id } }]);
  });

  it('that do not exist push no good one out of memory', async () => {
    const auth = createTestAuth();
    const { secret } = await create(auth);
    await auth.keys.authenticate(`Bearer ${secret}`);
    for (let n = 0; n < 2000; n++) {
      const stranger = API_KEY_PREFIX + n.toString().padStart(43, '0');
      expect((await auth.keys.authenticate(`Bearer ${stranger}`)).ok).toBe(false);
    }
    const before = auth.accounts.calls.get('findKey');
    await auth.keys.authenticate(`Bearer ${secret}`);
    expect(auth.accounts.calls.get('findKey')).toBe(before);
  });

  it('are told from tokens by their prefix', () => {
    expect(meansApiKey(`Bearer ${API_KEY_PREFIX}x`)).toBe(true);
    for (const header of [undefined, '', 'Bearer a.b.c', API_KEY_PREFIX]) expect(meansApiKey(header)).toBe(false);
  });
});
