import { type Client, createClient, type Ending, type Session } from '@parley/client';
import { afterEach, describe, expect, it } from 'vitest';
import { addUser, firstAdmin, signIn } from '../support/local-users.ts';
import { startServer, type TestServer } from '../support/start-server.ts';
import { until, within } from '../support/until.ts';

const clients: Client[] = [];
afterEach(() => {
  for (const client of clients.splice(0)) client.close();
});

function open(server: TestServer, more: Omit<Parameters<typeof createClient>[0], 'url'> = {}): Client {
  const client = createClient({ url: server.origin, backoff: { firstMs: 50, maxMs: 200 }, ...more });
  clients.push(client);
  return client;
}

/** Signed-in clients of new users, and the id of a group of all of them. */
async function openGroup(server: TestServer, names: readonly string[]): Promise<{ members: Client[]; chatId: string }> {
  const { token } = await signIn(server, await firstAdmin(server));
  const members = await Promise.all(
    names.map(async (name) => {
      const { username, password } = await addUser(server, token, name);
      const client = open(server);
      await client.login(username, password);
      return client;
    }),
  );
  const [owner, ...others] = members as [Client, ...Client[]];
  const memberIds = others.map(({ user }) => user?.id ?? '');
  const { id } = await owner.request('create_group', { group_name: 'Crew', member_ids: memberIds });
  return { members, chatId: id };
}

/** What a client is told of a chat's messages: `seq content`. */
function record(client: Client): string[] {
  const told: string[] = [];
  client.on('message:new', ({ content }, { seq }) => told.push(`${seq} ${content}`));
  client.on('gap', ({ from, to }) => told.push(`gap ${from}-${to}`));
  return told;
}

describe('the client with the real server', () => {
  it('hands on every message once and in order while the server is killed again and again', async () => {
    await using server = await startServer();
    const { members, chatId } = await openGroup(server, ['ann', 'ben', 'cat']);
    const told = members.map(record);
    const sends: Promise<unknown>[] = [];
    for (let round = 0; round < 3; round++) {
      for (let line = 0; line < 20; line++) {
        for (const [index, member] of members.entries()) sends.push(member.send(chatId, `${index}.${round}.${line}`));
      }
      await sends[sends.length - 30];
      await server.restart();
    }
    await within('all sends to be settled', Promise.all(sends), 60_000);
    await until('everybody to be told everything', () => told.every((lines) => lines.length === sends.length));
    const [first = []] = told;
    // seq 1 made the group
    expect(first.map((line) => Number(line.split(' ')[0]))).toEqual(sends.map((_, index) => index + 2));
    for (const lines of told) expect(lines).toEqual(first);
    expect(new Set(first.map((line) => line.split(' ')[1])).size).toBe(sends.length);
  });

  it('comes back when the server that restarts has said', async () => {
    await using server = await startServer({ env: { DRAIN_MS: '300' } });
    const { members } = await openGroup(server, ['ann', 'ben']);
    const [ann] = members as [Client];
    const endings: Ending[] = [];
    const hints: number[] = [];
    ann.on('close', (ending) => endings.push(ending));
    ann.on('reconnect', ({ after_ms }) => hints.push(after_ms));
    await server.kill('SIGTERM');
    await server.start();
    await until('the client to be back', () => ann.state.name === 'online' && endings.length > 0);
    expect(endings[0]).toMatchObject({ code: 1012, reason: 'draining', advice: 'reconnect' });
    expect(hints).toEqual([1000]);
  });

  it('keeps a session alive beyond the end of its tokens', async () => {
    await using server = await startServer({
      env: { ACCESS_TOKEN_TTL_S: '3', EXPIRY_NOTICE_S: '2', TOKEN_LEEWAY_S: '0' },
    });
    const { members } = await openGroup(server, ['ann', 'ben']);
    const [ann] = members as [Client];
    const sessions: (Session | undefined)[] = [];
    const endings: Ending[] = [];
    ann.on('session', (session) => sessions.push(session));
    ann.on('close', (ending) => endings.push(ending));
    await until('the third token', () => sessions.length >= 3);
    expect(endings).toEqual([]);
    // a token that ended while nobody was there is replaced as well
    const kept = ann.session as Session;
    ann.close();
    await until('the token to end', () => Date.parse(kept.expires_at) < Date.now());
    const later = open(server, { session: kept });
    await later.connect();
    expect(later.user?.id).toBe(kept.user.id);
    expect(later.session?.token).not.toBe(kept.token);
  });

  it('stops at a token that cannot be accepted, and says why', async () => {
    await using server = await startServer();
    const client = open(server, { token: 'not a token' });
    await expect(client.connect()).rejects.toMatchObject({
      code: 'token_malformed',
      retry: 'never',
      help: expect.stringMatching(/#token_malformed$/),
    });
    expect(client.state.name).toBe('stopped');
  });

  it('stays away once its session was ended from elsewhere', async () => {
    await using server = await startServer();
    const { members } = await openGroup(server, ['ann', 'ben']);
    const [ann] = members as [Client];
    const other = open(server, { session: ann.session as Session });
    await other.connect();
    await ann.logout();
    await until('the other connection to end', () => other.state.name === 'stopped');
    expect(other.state).toMatchObject({ error: { code: 'token_revoked' } });
  });

  it('tells the time in which its user was not in the group as a gap', async () => {
    await using server = await startServer();
    const { members, chatId } = await openGroup(server, ['ann', 'ben']);
    const [ann, ben] = members as [Client, Client];
    const told = record(ben);
    const group = { group_id: chatId, user_id: ben.user?.id ?? '' };
    await ann.send(chatId, 'with ben');
    await ann.request('remove_group_member', group);
    await ann.send(chatId, 'without ben');
    await ann.request('add_group_member', group);
    await ann.send(chatId, 'with ben again');
    await until('the last message', () => told.length === 3);
    expect(told).toEqual(['2 with ben', 'gap 4-4', '6 with ben again']);
  });
});
