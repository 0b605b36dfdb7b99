import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { callApi } from '../support/call-api.ts';
import { type Credentials, signIn } from '../support/local-users.ts';
import { runParley, runParleyJson } from '../support/run-parley.ts';
import { startServer, type TestServer } from '../support/start-server.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';
import { mintUserToken } from '../support/test-users.ts';
import { WsClient } from '../support/ws-client.ts';

interface MadeUser {
  readonly user: { readonly id: string; readonly username: string; readonly roles: readonly string[] };
  readonly password: string;
}

/** Passwords that commands have set, and those that others have replaced. */
interface Passwords {
  readonly good: Credentials[];
  readonly old: Credentials[];
}

/** Commands that cannot be done, with their exit code and error code. */
const FAILURES: readonly (readonly [what: string, args: readonly string[], exitCode: number, code: string])[] = [
  ['a user that there is', ['user', 'add', 'ann'], 1, 'username_taken'],
  ['a password that is too short', ['user', 'add', 'eve', '--password-stdin'], 1, 'password_weak'],
  ['a user that there is not', ['user', 'passwd', 'nobody'], 1, 'user_not_found'],
  ['a scope that there is not', ['key', 'create', 'k', '--scope', 'everything'], 1, 'invalid_fields'],
  ['a key that there is not', ['key', 'revoke', 'key_0123456789abcdefghjk'], 1, 'not_found'],
  ['a time that is none', ['token', 'mint', 'ann', '--ttl', 'soon'], 2, 'usage'],
  ['a token for nobody', ['token', 'mint', 'nobody'], 1, 'user_not_found'],
];

/** The commands about users, keys, tokens and the audit log do the same with a server and without one. */
function describeAdministration(dataDir: () => string, passwords: Passwords, form: 'text' | 'json'): void {
  const run = (...args: string[]) => runParley(args, { dataDir: dataDir() });
  const json = (...args: string[]) => runParleyJson(args, { dataDir: dataDir() });

  it('adds users, with a password of their own or one that is made, and lists them', async () => {
    const made = (await json('user', 'add', 'ann', '--name', 'Ann', '--admin')) as MadeUser;
    expect(made.user).toMatchObject({ username: 'ann', roles: ['admin'] });
    passwords.good.push({ username: 'ann', password: made.password });
    const password = randomBytes(12).toString('hex');
    const args = { dataDir: dataDir(), input: `${password}\n` };
    const given = (await runParleyJson(['user', 'add', 'bob', '--password-stdin'], args)) as object;
    expect(given).not.toHaveProperty('password');
    passwords.good.push({ username: 'bob', password });
    if (form === 'json') {
      const listed = (await json('user', 'list')) as readonly { readonly username: string }[];
      expect(listed.map(({ username }) => username)).toEqual(expect.arrayContaining(['ann', 'bob']));
    } else {
      const table = await run('user', 'list');
      expect(table).toMatchObject({ exitCode: 0, stderr: '' });
      expect(table.stdout).toMatch(/^id +user name +issuer +roles\s.*\bann +parley +admin/s);
    }
  });

  it('sets a new password', async () => {
    const made = (await json('user', 'add', 'carl')) as MadeUser;
    const changed = (await json('user', 'passwd', 'carl')) as MadeUser;
    expect(changed.password).not.toBe(made.password);
    passwords.good.push({ username: 'carl', password: changed.password });
    passwords.old.push({ username: 'carl', password: made.password });
  });

  it('makes, lists and revokes keys', async () => {
    const made = (await json('key', 'create', 'shop', '--scope', 'publish', 'users:read')) as Record<string, string>;
    expect(made['secret']).toMatch(/^parley_ak_[\w-]{43}$/);
    const listed = JSON.stringify(await json('key', 'list'));
    expect(listed).toContain(made['id']);
    expect(listed).not.toContain(made['secret']);
    expect((await run('key', 'revoke', made['id'] ?? '')).stdout).toBe(`Revoked ${made['id']}.\n`);
  });

  it('mints tokens and explains them', async () => {
    await run('user', 'add', 'dora');
    const minted = await run('token', 'mint', 'dora', '--ttl', '120');
    expect(minted).toMatchObject({ exitCode: 0, stderr: '' });
    const good = await run('token', 'inspect', minted.stdout.trim());
    expect(good.exitCode).toBe(0);
    expect(good.stdout).toMatch(/this server: accepted, as user usr_\w+\n/);
    const bad = await run('token', 'inspect', mintUserToken('nobody'));
    expect(bad.exitCode).toBe(1);
    expect(bad.stdout).toMatch(/this server: refused, token_\w+: /);
  });

  it('verifies the audit log, in which all of this stands', async () => {
    if (form === 'json') expect(await json('audit', 'verify')).toMatchObject({ ok: true });
    else
      expect((await run('audit', 'verify')).stdout).toMatch(
        /^The audit log is whole: \d+ records, head [0-9a-f]{64}\.\n$/,
      );
  });

  it.each(form === 'json' ? FAILURES : FAILURES.slice(0, 3))(
    'refuses %s in a sentence, with its code and exit code',
    async (_what, args, exitCode, code) => {
      const flags = form === 'json' ? ['--json'] : [];
      const refused = await runParley([...args, ...flags], { dataDir: dataDir(), input: 'short' });
      expect(refused.exitCode).toBe(exitCode);
      if (form === 'json') {
        expect(JSON.parse(refused.stdout)).toMatchObject({ error: { code, message: expect.stringMatching(/\.$/) } });
      } else {
        expect(refused.stdout).toBe('');
        expect(refused.stderr).toMatch(new RegExp(`^[\\w-].*\\.\\n.*\\.\\n\\(${code}\\)\\n$`));
      }
    },
  );
}

/** What was set works, and what was replaced does not. */
async function expectSignIns(server: TestServer, { good, old }: Passwords): Promise<void> {
  expect([good.length, old.length]).toEqual([3, 1]);
  for (const credentials of good) await signIn(server, credentials);
  for (const credentials of old)
    await expect(signIn(server, credentials)).rejects.toThrow(/401: .*invalid_credentials/);
}

describe('without a server', () => {
  let directory: Awaited<ReturnType<typeof temporaryDirectory>>;
  const passwords: Passwords = { good: [], old: [] };

  beforeAll(async () => {
    directory = await temporaryDirectory();
  });

  afterAll(async () => {
    await directory[Symbol.asyncDispose]();
  });

  describeAdministration(() => directory.path, passwords, 'text');

  it('what was done counts once the server starts', async () => {
    await using server = await startServer({ dataDir: directory.path });
    await expectSignIns(server, passwords);
  });
});

describe('with a running server, through its control socket', () => {
  let server: TestServer;
  const passwords: Passwords = { good: [], old: [] };

  beforeAll(async () => {
    server = await startServer();
  });

  afterAll(async () => {
    await server[Symbol.asyncDispose]();
  });

  describeAdministration(() => server.dataDir, passwords, 'json');

  it('what was done counts at once', () => expectSignIns(server, passwords));

  it('a minted token signs in, and a new password ends the sessions of before', async () => {
    const { dataDir } = server;
    const made = (await runParleyJson(['user', 'add', 'frank'], { dataDir })) as MadeUser;
    const { stdout } = await runParley(['token', 'mint', 'frank'], { dataDir });
    await using client = await WsClient.connect({ port: server.port, token: stdout.trim() });
    expect((await client.ask('auth', { token: stdout.trim() })).user.id).toBe(made.user.id);
    const { token } = await signIn(server, { username: 'frank', password: made.password });
    await using session = await WsClient.connect({ port: server.port, token });
    await runParley(['user', 'passwd', 'frank'], { dataDir });
    expect((await session.ended()).code).toBe(4503);
  });

  it('a key works over HTTP until it is revoked', async () => {
    const { dataDir } = server;
    const create = ['key', 'create', 'k', '--scope', 'users:read'];
    const made = (await runParleyJson(create, { dataDir })) as { readonly id: string; readonly secret: string };
    const list = () => callApi(server, 'GET', '/v1/users', { token: made.secret });
    expect((await list()).status).toBe(200);
    await runParley(['key', 'revoke', made.id], { dataDir });
    expect((await list()).status).toBe(401);
  });
});
