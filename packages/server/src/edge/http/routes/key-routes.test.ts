import { expect, it } from 'vitest';
import { createTestHttpApp } from '../testing/test-http-app.ts';

it('an administrator makes, lists and revokes keys; the secret is shown once', async () => {
  await using test = createTestHttpApp();
  const as = await test.tokenOf('root', ['admin']);
  const made = await test.send('POST', '/v1/keys', { as, body: { name: 'backend', scopes: ['users:read'] } });
  expect(made.statusCode).toBe(201);
  const { id, key } = made.json();
  expect((await test.send('GET', '/v1/users', { as: key })).statusCode).toBe(200);
  const listed = await test.send('GET', '/v1/keys', { as });
  expect(listed.json()).toEqual({
    keys: [{ id, name: 'backend', scopes: ['users:read'], created_at: expect.any(String), revoked_at: null }],
  });
  expect(listed.body).not.toContain(key);
  expect((await test.send('DELETE', `/v1/keys/${id}`, { as })).statusCode).toBe(204);
  expect((await test.send('GET', '/v1/users', { as: key })).json()).toMatchObject({ code: 'api_key_invalid' });
  expect((await test.send('DELETE', `/v1/keys/${id}`, { as })).json()).toMatchObject({ code: 'not_found' });
  expect((await test.send('GET', '/v1/keys', { as })).json().keys[0].revoked_at).toEqual(expect.any(String));
});

it('a scope that does not exist is refused with the list of those that do', async () => {
  await using test = createTestHttpApp();
  const as = await test.tokenOf('root', ['admin']);
  const answer = await test.send('POST', '/v1/keys', { as, body: { name: 'backend', scopes: ['root'] } });
  expect(answer.json()).toMatchObject({ code: 'invalid_fields', detail: expect.stringContaining('users:write') });
});
