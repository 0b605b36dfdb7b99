import { describe, expect, it } from 'vitest';
import type { Gap } from './client-events.ts';
import { connectTestClient, createTestClient, type TestClient } from './testing/test-client.ts';

async function subscribeTo(
  topic: string,
): Promise<TestClient & { readonly gaps: Gap[]; position: { offset: number; epoch: string } }> {
  const test = createTestClient();
  const position = { epoch: 'e1', offset: 4 };
  test.server.answers.set('subscribe', (message) => ({ topic: message['topic'], ...position }));
  await connectTestClient(test);
  const gaps: Gap[] = [];
  test.client.on('gap', (gap) => gaps.push(gap));
  const subscribed = test.client.subscribe(topic);
  await test.flow();
  expect(await subscribed).toEqual({ topic, epoch: 'e1', offset: 4 });
  return { ...test, gaps, position };
}

const subscriptions = ({ server }: TestClient) => server.received.filter(({ type }) => type === 'subscribe').length;

describe('Topics', () => {
  it('are subscribed to again on the next connection', async () => {
    const test = await subscribeTo('public:news');
    test.server.socket.cut();
    await test.pass(1000);
    expect(subscriptions(test)).toBe(2);
    expect(test.gaps).toEqual([]);
  });

  it('tell what was published in between as a gap', async () => {
    const test = await subscribeTo('public:news');
    test.server.socket.receive({ type: 'event', payload: { data: 1 }, topic: 'public:news', offset: 5 });
    test.server.socket.cut();
    test.position.offset = 9;
    await test.pass(1000);
    expect(test.gaps).toEqual([{ topic: 'public:news', from: 6, to: 9, reason: 'limit' }]);
  });

  it('cannot tell where another epoch began', async () => {
    const test = await subscribeTo('public:news');
    test.server.socket.cut();
    Object.assign(test.position, { epoch: 'e2', offset: 2 });
    await test.pass(1000);
    expect(test.gaps).toEqual([{ topic: 'public:news', from: 1, to: 2, reason: 'limit' }]);
  });

  it('that are refused later are forgotten, and the connection lives', async () => {
    const test = await subscribeTo('public:news');
    const errors: string[] = [];
    test.client.on('error', ({ code }) => errors.push(code));
    test.server.answers.set('subscribe', () => ({ code: 'forbidden', retry: 'never' }));
    test.server.socket.cut();
    await test.pass(1000);
    expect(test.client.state.name).toBe('online');
    expect(errors).toEqual(['forbidden']);
    test.server.socket.cut();
    await test.pass(1000);
    expect(subscriptions(test)).toBe(2);
  });

  it('are left for good', async () => {
    const test = await subscribeTo('public:news');
    const left = test.client.unsubscribe('public:news');
    await test.flow();
    await left;
    test.server.socket.cut();
    await test.pass(1000);
    expect(subscriptions(test)).toBe(1);
  });
});
