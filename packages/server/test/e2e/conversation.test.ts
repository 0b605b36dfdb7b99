import { expect, it } from 'vitest';
import { LineClient } from '../support/line-client.ts';
import { startServer } from '../support/start-server.ts';
import { JWT_SECRET, mintUserToken } from '../support/test-users.ts';
import { WsClient } from '../support/ws-client.ts';

it('a WebSocket and a TCP client talk in one group', async () => {
  await using server = await startServer({ env: { JWT_SECRET } });
  await using ann = await WsClient.connect({ port: server.port, token: mintUserToken('ann') });
  await using bob = await LineClient.connect({ port: server.port, token: mintUserToken('bob') });
  await ann.ask('hello', {});
  const group = await ann.ask('create_group', { group_name: 'g', member_ids: ['bob'] });
  const sent = await ann.ask('message', { chat_id: group.id, content: 'hi' });
  const got = await bob.push('message:new');
  expect(got.payload.id).toBe(sent.id);
  await server.restart();
  expect(await ann.ended()).toEqual({ code: 1006, reason: '' });
});
