import { LineClient } from './line-client.ts';
import type { TestServer } from './start-server.ts';
import type { TestClient } from './test-client.ts';
import { mintUserToken } from './test-users.ts';
import { WsClient } from './ws-client.ts';

/**
 * Connects a user of another service, who exists from then on. With `hello` the client gets all pushes, as our SDK's do;
 * without it only the frozen ones.
 */
export async function connectUser(
  server: TestServer,
  userId: string,
  {
    over = WsClient,
    hello = true,
  }: { readonly over?: typeof WsClient | typeof LineClient; readonly hello?: boolean } = {},
): Promise<TestClient> {
  const client = await over.connect({ port: server.port, token: mintUserToken(userId) });
  await client.ask('auth', { token: mintUserToken(userId) });
  if (hello) await client.ask('hello', {});
  return client;
}

/** Has users of another service come by once, so that they exist. */
export async function makeUsers(server: TestServer, ...userIds: readonly string[]): Promise<void> {
  for (const userId of userIds) await (await connectUser(server, userId))[Symbol.asyncDispose]();
}

let count = 0;

/** User ids that no other test on the same server has. */
export function freshUserIds(...names: readonly string[]): readonly string[] {
  count++;
  return names.map((name) => `${name}-${count}`);
}

/** A connection over lines, for the tests in which transports meet. */
export const OVER_TCP = { over: LineClient } as const;
