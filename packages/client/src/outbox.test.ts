import { describe, expect, it } from 'vitest';
import type { ClientError } from './client-error.ts';
import { connectTestClient, createTestClient, type TestClient } from './testing/test-client.ts';

async function startInChat(): Promise<TestClient> {
  const test = createTestClient();
  test.server.createChat('a');
  await connectTestClient(test);
  return test;
}

const contents = ({ server }: TestClient) =>
  server.logs
    .get('a')
    ?.map(({ payload }) => payload['content'])
    .slice(1);
const sends = ({ server }: TestClient) => server.received.filter(({ type }) => type === 'message');

describe('Messages on their way', () => {
  it('are refused when the server refuses them for good', async () => {
    const test = await startInChat();
    test.server.answers.set('message', () => ({ code: 'content_too_long', retry: 'never' }));
    const sent = test.client.send('a', 'x').catch((error: ClientError) => error);
    await test.flow();
    expect(await sent).toMatchObject({ code: 'content_too_long' });
    test.server.answers.clear();
    void test.client.send('a', 'next');
    await test.flow();
    expect(contents(test)).toEqual(['next']);
  });

  it('keep their order when one of them has to wait', async () => {
    const test = await startInChat();
    let refusals = 2;
    const limited = { code: 'rate_limited', retry: 'backoff', retry_after_ms: 400 };
    test.server.answers.set('message', () => {
      if (--refusals === 0) test.server.answers.clear();
      return limited;
    });
    const sent = [test.client.send('a', '1'), test.client.send('a', '2'), test.client.send('a', '3')];
    await test.pass(1000);
    expect((await Promise.all(sent)).map(({ seq }) => seq)).toEqual([2, 3, 4]);
    expect(contents(test)).toEqual(['1', '2', '3']);
  });

  it('that the server had taken when the connection broke are settled without being sent again', async () => {
    const test = await startInChat();
    const sent = test.client.send('a', 'x', { clientMsgId: 'k' });
    const { socket } = test.server;
    const message = socket.outgoing.shift();
    if (message !== undefined) test.server.handle(socket, message);
    socket.cut();
    await test.pass(1000);
    expect(await sent).toEqual({ id: 'a:2', chatId: 'a', seq: 2, clientMsgId: 'k' });
    expect(sends(test)).toHaveLength(1);
    expect(test.told.get('a')).toEqual(['2 x']);
  });

  it('that the server had not taken are sent again under the same key', async () => {
    const test = await startInChat();
    const sent = test.client.send('a', 'x', { clientMsgId: 'k' });
    test.server.socket.cut();
    await test.pass(1000);
    expect(await sent).toMatchObject({ seq: 2 });
    expect(sends(test)).toMatchObject([{ client_msg_id: 'k' }]);
  });

  it('wait for the first connection', async () => {
    const test = createTestClient();
    test.server.createChat('a');
    const sent = test.client.send('a', 'early');
    await connectTestClient(test);
    await test.flow();
    expect(await sent).toMatchObject({ seq: 2 });
  });

  it('are sent again when no answer comes', async () => {
    const test = await startInChat();
    test.server.answers.set('message', () => undefined);
    const sent = test.client.send('a', 'x');
    await test.pass(10_000);
    test.server.answers.clear();
    await test.pass(1000);
    expect(await sent).toMatchObject({ seq: 2 });
  });

  it('are rejected when the client closes', async () => {
    const test = await startInChat();
    const sent = test.client.send('a', 'x').catch((error: ClientError) => error);
    test.client.close();
    expect(await sent).toMatchObject({ code: 'client_closed' });
  });

  it('are refused beyond a thousand', async () => {
    const test = createTestClient();
    for (let index = 0; index < 1000; index++) test.client.send('a', 'x').catch(() => undefined);
    await expect(test.client.send('a', 'x')).rejects.toMatchObject({ code: 'outbox_full' });
  });

  it('are the same message under the same key', async () => {
    const test = await startInChat();
    const first = test.client.send('a', 'x', { clientMsgId: 'k' });
    expect(test.client.send('a', 'x', { clientMsgId: 'k' })).toBe(first);
    await test.flow();
    expect(contents(test)).toEqual(['x']);
  });
});
