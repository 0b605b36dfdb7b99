import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { findSecret } from '../../features/auth/testing/secret-scan.ts';
import { AppError } from '../../kernel/app-error.ts';
import { createTestHttpApp, HOST, ORIGIN } from './testing/test-http-app.ts';

const X_PARLEY = /^stage=http; code=(\S+); trace=(trc_[0-9a-z]{20})$/;

describe('every answer of the HTTP application', () => {
  it('says that it is ours, with the trace that the log has, and no version', async () => {
    await using test = createTestHttpApp();
    const answer = await test.send('GET', '/');
    const [, code, trace] = X_PARLEY.exec(answer.headers['x-parley'] as string) ?? [];
    expect(code).toBe('ok');
    expect(test.auth.log.lines).toContainEqual(
      expect.objectContaining({ level: 'debug', facts: expect.objectContaining({ trace, status: 200, route: '/' }) }),
    );
    expect(JSON.stringify([answer.headers, answer.body])).not.toMatch(/fastify|\d+\.\d+\.\d+/i);
  });

  it('may not be stored, framed or run as a page', async () => {
    await using test = createTestHttpApp();
    for (const url of ['/', '/livez', '/nowhere']) {
      expect((await test.send('GET', url)).headers).toMatchObject({
        'cache-control': 'no-store',
        'content-security-policy': "default-src 'none';frame-ancestors 'none'",
        'x-content-type-options': 'nosniff',
        'x-frame-options': 'SAMEORIGIN',
        'referrer-policy': 'no-referrer',
      });
    }
  });

  it('is counted by the pattern of its route, also when there is none', async () => {
    await using test = createTestHttpApp();
    const admin = await test.tokenOf('root', ['admin']);
    await test.send('GET', '/v1/users/usr_secret?x=1', { as: admin });
    await test.send('GET', '/some/where');
    expect(test.answered).toMatchObject([
      { method: 'GET', route: '/v1/users/:id', status: 404 },
      { method: 'GET', route: 'none', status: 404 },
    ]);
    expect(JSON.stringify(test.auth.log.lines)).not.toContain('usr_secret');
  });
});

describe('a refusal', () => {
  it('is a problem with our code, what to do, and the trace', async () => {
    await using test = createTestHttpApp();
    const answer = await test.send('GET', '/nowhere');
    expect(answer.statusCode).toBe(404);
    expect(answer.headers['content-type']).toBe('application/problem+json');
    const [, code, trace] = X_PARLEY.exec(answer.headers['x-parley'] as string) ?? [];
    expect(code).toBe('not_found');
    expect(answer.json()).toEqual({
      type: expect.stringMatching(/#not_found$/),
      title: 'There is nothing at this address.',
      status: 404,
      detail: 'There is nothing at this address.',
      code: 'not_found',
      retry: 'never',
      remedy: expect.any(String),
      trace_id: trace,
    });
  });

  it('of a wrong method names the right ones', async () => {
    await using test = createTestHttpApp();
    const answer = await test.send('PUT', '/v1/users/usr_1');
    expect(answer.statusCode).toBe(405);
    expect(answer.headers['allow']).toBe('GET, HEAD');
    expect(answer.json()).toMatchObject({ code: 'method_not_allowed' });
  });

  it.each([
    ['{', 'invalid_json', 400],
    ['[]', 'invalid_message', 400],
    ['null', 'invalid_message', 400],
    ['{"__proto__":{}}', 'reserved_key', 400],
    ['{"constructor":1}', 'reserved_key', 400],
    ['', 'invalid_fields', 400],
    ['{"username":"a"}', 'invalid_fields', 400],
    [`{"username":"${'a'.repeat(70_000)}"}`, 'payload_too_large', 413],
  ])('of the body %j has the code %s', async (body, code, status) => {
    await using test = createTestHttpApp();
    const headers = { 'content-type': 'application/json' };
    const answer = await test.send('POST', '/v1/sessions', { body, headers });
    expect(answer.json()).toMatchObject({ code, status });
    expect(answer.statusCode).toBe(status);
  });

  it('names the wrong fields, and repeats nothing of what was in them', async () => {
    await using test = createTestHttpApp();
    const secret = randomBytes(32);
    const body = { username: { hidden: secret.toString('hex') }, password: [secret.toString('base64')] };
    const answer = await test.send('POST', '/v1/sessions', { body });
    expect(answer.json().detail).toMatch(/^username: .*; password: .*\.$/);
    expect(findSecret(answer.body, secret)).toEqual([]);
  });

  it('of another type of body asks for JSON', async () => {
    await using test = createTestHttpApp();
    const headers = { 'content-type': 'text/plain' };
    const answer = await test.send('POST', '/v1/sessions', { body: 'hello', headers });
    expect(answer.statusCode).toBe(415);
    expect(answer.json()).toMatchObject({ code: 'invalid_json', status: 415 });
  });

  it.each(['/%zz', '/v1/users/%ff%fe', `/v1/users/${'x'.repeat(1025)}`])('of the address %j is a 404', async (url) => {
    await using test = createTestHttpApp();
    const answer = await test.send('GET', url);
    expect(answer.json()).toMatchObject({ code: 'not_found' });
    expect(answer.headers['x-parley']).toMatch(X_PARLEY);
  });

  it('tells how long to wait in both spellings', async () => {
    await using test = createTestHttpApp({
      moreRoutes: (app) => {
        app.get('/busy', async () => {
          throw new AppError('overloaded', { retryAfterMs: 1500 });
        });
      },
    });
    const answer = await test.send('GET', '/busy');
    expect(answer.headers['retry-after']).toBe('2');
    expect(answer.json()).toMatchObject({ retry: 'backoff', retry_after_ms: 1500 });
  });

  it('after a fault of ours tells the client a trace, and only the log what happened', async () => {
    const secret = randomBytes(32).toString('hex');
    await using test = createTestHttpApp({
      moreRoutes: (app) => {
        app.get('/throw', async () => {
          throw new Error(`connection string with ${secret}`);
        });
        app.get('/mismatch', { schema: { response: { 200: z.object({ n: z.number() }) } } }, (async () => ({
          n: secret,
        })) as never);
      },
    });
    for (const url of ['/throw', '/mismatch']) {
      const answer = await test.send('GET', url);
      expect(answer.statusCode).toBe(500);
      expect(answer.json()).toMatchObject({ code: 'internal', detail: 'Something went wrong in the server.' });
      expect(findSecret(answer.body, Buffer.from(secret, 'hex'))).toEqual([]);
      expect(answer.body).not.toContain('.ts');
      expect(test.auth.log.lines).toContainEqual(
        expect.objectContaining({
          level: 'error',
          facts: expect.objectContaining({ trace: answer.json().trace_id, err: expect.any(Error) }),
        }),
      );
    }
  });
});

describe('the Host rule', () => {
  it.each(['evil.example', `${HOST}.evil.example`, ''])('refuses %j on every address', async (host) => {
    await using test = createTestHttpApp();
    for (const url of ['/', '/livez', '/nowhere', '/v1/users', '/%zz']) {
      const answer = await test.send('GET', url, { headers: { host } });
      expect(answer.statusCode).toBe(403);
      expect(answer.json()).toMatchObject({ code: 'host_not_allowed' });
    }
  });
});

describe('the Origin rule', () => {
  it('lets pages of an allowed origin read answers, refusals included, without credentials', async () => {
    await using test = createTestHttpApp();
    for (const url of ['/livez', '/nowhere', '/v1/users']) {
      const { headers } = await test.send('GET', url, { headers: { origin: ORIGIN } });
      expect(headers).toMatchObject({ 'access-control-allow-origin': ORIGIN, vary: 'origin' });
      expect(headers).not.toHaveProperty('access-control-allow-credentials');
    }
    expect((await test.send('GET', '/livez')).headers).not.toHaveProperty('access-control-allow-origin');
  });

  it.each(['https://evil.example', 'null', 'http://app.example', `${ORIGIN}.evil.example`])(
    'refuses %j, a preflight as well',
    async (origin) => {
      await using test = createTestHttpApp();
      const preflight = { origin, 'access-control-request-method': 'POST' };
      for (const answer of [
        await test.send('GET', '/livez', { headers: { origin } }),
        await test.send('POST', '/v1/sessions', { headers: { origin }, body: {} }),
        await test.send('OPTIONS', '/v1/sessions', { headers: preflight }),
      ]) {
        expect(answer.statusCode).toBe(403);
        expect(answer.json()).toMatchObject({ code: 'origin_not_allowed' });
        expect(answer.headers).not.toHaveProperty('access-control-allow-origin');
      }
    },
  );

  it('answers the preflight of an allowed origin, and no other OPTIONS', async () => {
    await using test = createTestHttpApp();
    const headers = { origin: ORIGIN, 'access-control-request-method': 'POST' };
    const answer = await test.send('OPTIONS', '/v1/sessions', { headers });
    expect(answer.statusCode).toBe(204);
    expect(answer.headers).toMatchObject({
      'access-control-allow-origin': ORIGIN,
      'access-control-allow-methods': 'GET, HEAD, POST, DELETE',
      'access-control-allow-headers': 'authorization, content-type',
    });
    expect((await test.send('OPTIONS', '/v1/sessions')).statusCode).toBe(405);
  });
});
