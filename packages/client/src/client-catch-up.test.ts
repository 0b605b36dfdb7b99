import { describe, expect, it } from 'vitest';
import type { Reset } from './client-events.ts';
import { ME } from './testing/fake-server.ts';
import { connectTestClient, createTestClient, type TestClient } from './testing/test-client.ts';

async function startInChat(chatId = 'a'): Promise<TestClient & { readonly resets: Reset[] }> {
  const test = createTestClient();
  test.server.createChat(chatId);
  await connectTestClient(test);
  const resets: Reset[] = [];
  test.client.on('reset', (reset) => resets.push(reset));
  return { ...test, resets };
}

async function loseConnection(test: TestClient, meanwhile: () => void): Promise<void> {
  const { sockets } = test.server;
  test.server.socket.cut();
  const lost = sockets.splice(0);
  meanwhile();
  sockets.push(...lost);
  await test.pass(1000);
}

describe('A client that catches up', () => {
  it('hands on what was said while it was away', async () => {
    const test = await startInChat();
    test.server.say('a', 'live');
    await test.flow();
    await loseConnection(test, () => test.server.say('a', 'missed'));
    expect(test.told.get('a')).toEqual(['2 live', '3 missed']);
    expect(test.server.received.at(-1)).toMatchObject({ type: 'sync', chats: [['a', 2]] });
  });

  it('follows a chat that was made while it was away, from its beginning', async () => {
    const test = await startInChat();
    await loseConnection(test, () => {
      test.server.createChat('new');
      test.server.say('new', 'first');
    });
    expect(test.told.get('new')).toEqual(['1 chat:changed', '2 first']);
  });

  it('tells what the server will not send as a gap', async () => {
    const test = await startInChat();
    test.server.replayMaxEvents = 2;
    await loseConnection(test, () => ['x', 'y', 'z'].map((text) => test.server.say('a', text)));
    expect(test.told.get('a')).toEqual(['2 x', '3 y', '4-4 gap limit']);
  });

  it('asks for what is missing when a hole stays', async () => {
    const test = await startInChat();
    test.server.say('a', 'lost');
    test.server.socket.incoming.length = 0;
    test.server.say('a', 'early');
    await test.flow();
    expect(test.told.get('a')).toBeUndefined();
    await test.pass(1000);
    expect(test.told.get('a')).toEqual(['2 lost', '3 early']);
  });

  it('finds a last event that was lost by the heads', async () => {
    const test = await startInChat();
    test.server.say('a', 'lost');
    test.server.socket.incoming.length = 0;
    await test.pass(27_000);
    expect(test.told.get('a')).toEqual(['2 lost']);
  });

  it('drops its cursors when the server has another log', async () => {
    const test = await startInChat();
    for (const text of ['x', 'y', 'z']) test.server.say('a', text);
    await test.flow();
    await loseConnection(test, () => {
      test.server.logEpoch = 'epoch-2';
      test.server.createChat('a');
    });
    expect(test.resets).toEqual([{ chatId: undefined, reason: 'log_epoch' }]);
    test.server.say('a', 'after');
    await test.flow();
    expect(test.told.get('a')?.at(-1)).toBe('2 after');
  });

  it('begins anew in a chat whose log is shorter than it was', async () => {
    const test = await startInChat();
    for (const text of ['x', 'y', 'z']) test.server.say('a', text);
    await test.flow();
    await loseConnection(test, () => test.server.createChat('a'));
    expect(test.resets).toEqual([{ chatId: 'a', reason: 'cursor_ahead' }]);
    test.server.say('a', 'after');
    await test.flow();
    expect(test.told.get('a')?.at(-1)).toBe('2 after');
  });

  it('forgets a chat that is not there any more', async () => {
    const test = await startInChat();
    await loseConnection(test, () => test.server.logs.delete('a'));
    expect(test.resets).toEqual([{ chatId: 'a', reason: 'chat_not_found' }]);
    await loseConnection(test, () => undefined);
    expect(test.resets).toHaveLength(1);
  });

  it('asks nothing about a chat that the user left, and goes on when they join again', async () => {
    const test = await startInChat();
    const member = { user_id: ME.id, by: 'usr_other' };
    test.server.append('a', 'member:changed', { ...member, change: 'removed' });
    await test.flow();
    for (const text of ['x', 'y']) test.server.append('a', 'message:new', { content: text }, true);
    test.server.append('a', 'member:changed', { ...member, change: 'joined' });
    await test.pass(5000);
    expect(test.told.get('a')).toEqual(['2 member:changed', '3-4 gap absent', '5 member:changed']);
    expect(test.server.received.filter(({ type }) => type === 'sync')).toHaveLength(1);
  });

  it('counts what replies tell, which the sender gets no push of', async () => {
    const test = await startInChat();
    test.server.answers.set('update_group', () => ({
      group_id: 'a',
      name: 'New',
      seq: test.server.append('a', 'chat:changed', {}, true),
    }));
    void test.client.request('update_group', { group_id: 'a', group_name: 'New' });
    await test.flow();
    test.server.say('a', 'after');
    await test.flow();
    expect(test.told.get('a')).toEqual(['3 after']);
  });
});
