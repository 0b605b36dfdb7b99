import { describe, expect, it } from 'vitest';
import { PASSWORD } from '../../../features/auth/testing/test-auth.ts';
import { AppError } from '../../../kernel/app-error.ts';
import { createTestHttpApp } from '../testing/test-http-app.ts';

describe('POST /v1/signup', () => {
  const body = { username: 'ann', password: PASSWORD, roles: ['admin'] };

  it('is refused while it is closed', async () => {
    await using test = createTestHttpApp();
    const answer = await test.send('POST', '/v1/signup', { body });
    expect([answer.statusCode, answer.json().code]).toEqual([403, 'signup_closed']);
  });

  it('makes a user without roles while it is open', async () => {
    await using test = createTestHttpApp({ auth: { isSignupOpen: true } });
    const answer = await test.send('POST', '/v1/signup', { body });
    expect(answer.statusCode).toBe(201);
    expect(answer.json()).toEqual({ id: expect.stringMatching(/^usr_/), username: 'ann', name: null });
    expect((await test.auth.users.get(answer.json().id)).roles).toEqual([]);
  });
});

describe('POST /v1/publish', () => {
  it('hands topic and data on as they are, whatever keys the data has', async () => {
    const published: unknown[] = [];
    const publish = (topic: string, data: unknown) => {
      published.push([topic, JSON.stringify(data)]);
      return { topic, epoch: 'e1', offset: published.length };
    };
    await using test = createTestHttpApp({ routes: { publish } });
    const as = await test.keyWith('publish');
    const headers = { 'content-type': 'application/json' };
    const body = '{"topic":"public:news","data":{"__proto__":{"x":1},"constructor":2}}';
    const answer = await test.send('POST', '/v1/publish', { as, body, headers });
    expect(answer.json()).toEqual({ topic: 'public:news', epoch: 'e1', offset: 1 });
    expect(published).toEqual([['public:news', '{"__proto__":{"x":1},"constructor":2}']]);
    expect(({} as { x?: number }).x).toBeUndefined();
    const nothing = await test.send('POST', '/v1/publish', { as, body: { topic: 'public:news' } });
    expect(nothing.json()).toMatchObject({ code: 'invalid_fields' });
  });

  it('answers what the publisher refuses with its code', async () => {
    const publish = () => {
      throw new AppError('invalid_topic');
    };
    await using test = createTestHttpApp({ routes: { publish } });
    const answer = await test.send('POST', '/v1/publish', {
      as: await test.keyWith('publish'),
      body: { topic: 'x', data: 1 },
    });
    expect([answer.statusCode, answer.json().code]).toEqual([400, 'invalid_topic']);
  });
});

describe('the health endpoints', () => {
  it('are public and say no more than that all is well', async () => {
    await using test = createTestHttpApp();
    for (const url of ['/livez', '/readyz', '/startupz']) {
      const answer = await test.send('GET', url);
      expect([answer.statusCode, answer.json()]).toEqual([200, { status: 'ok' }]);
      expect((await test.send('HEAD', url)).statusCode).toBe(200);
    }
  });

  it('tell why not with a code: starting, shutting down, or something broken', async () => {
    const stage = { name: 'stage', isOk: true, detail: 'The server is serving.' };
    const state = { isStarted: false, all: [{ ...stage, isOk: false }] };
    const health = {
      get isStarted() {
        return state.isStarted;
      },
      checks: () => state.all,
    };
    await using test = createTestHttpApp({ routes: { health } });
    const codes = async () =>
      Promise.all(['/livez', '/readyz', '/startupz'].map(async (url) => (await test.send('GET', url)).json().code));
    expect(await codes()).toEqual([undefined, 'draining', 'draining']);
    state.isStarted = true;
    state.all = [stage, { name: 'storage', isOk: false, detail: 'The disk is full.' }];
    expect(await codes()).toEqual([undefined, 'storage_unavailable', undefined]);
    expect((await test.send('GET', '/readyz')).body).not.toContain('disk');
    const verbose = await test.send('GET', '/readyz?verbose', { as: await test.tokenOf('root', ['admin']) });
    expect([verbose.statusCode, verbose.json().checks]).toEqual([
      503,
      [
        { name: 'stage', ok: true, detail: 'The server is serving.' },
        { name: 'storage', ok: false, detail: 'The disk is full.' },
      ],
    ]);
  });
});

describe('/metrics', () => {
  it('opens to programs on this machine, and to nobody through a proxy on it', async () => {
    await using test = createTestHttpApp();
    expect((await test.send('GET', '/metrics')).statusCode).toBe(401);
    test.client.address = '127.0.0.1';
    const answer = await test.send('GET', '/metrics');
    expect([answer.headers['content-type'], answer.body]).toEqual([
      'text/plain; version=0.0.4',
      'parley_build_info 1\n',
    ]);
    expect((await test.send('GET', '/metrics', { headers: { 'x-forwarded-for': '127.0.0.1' } })).statusCode).toBe(401);
  });
});

describe('the landing answer', () => {
  it('says what this is', async () => {
    await using test = createTestHttpApp();
    expect((await test.send('GET', '/')).json()).toMatchObject({ service: 'parley', websocket: '/ws' });
  });
});
