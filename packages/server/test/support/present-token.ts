import { callApi } from './call-api.ts';
import type { Received } from './inbox.ts';
import { LineClient } from './line-client.ts';
import type { TestServer } from './start-server.ts';
import type { TestClient } from './test-client.ts';
import { WsClient } from './ws-client.ts';

/** What became of a presented token. */
export interface TokenVerdict {
  /** `ok`, or the error code. */
  readonly code: string;
  /** The close code of a refused WebSocket; the HTTP status; 0 for lines, which just end. */
  readonly close: number | undefined;
}

/** Presents a token in one of the ways there are. */
export type PresentToken = (server: TestServer, token: string) => Promise<TokenVerdict>;

/** Every way to present a token, by name. */
export const TOKEN_PLACES: Readonly<Record<string, PresentToken>> = {
  'WebSocket, Authorization header': (server, token) =>
    shakenHands(server, { headers: { authorization: `Bearer ${token}` } }),
  'WebSocket, ?token=': (server, token) => shakenHands(server, { path: `/ws?token=${encodeURIComponent(token)}` }),
  'WebSocket, subprotocol': (server, token) =>
    shakenHands(server, { headers: { 'sec-websocket-protocol': `parley.v1.json, bearer.${token}` } }),
  'WebSocket, first message': async (server, token) => {
    await using client = await WsClient.connect({ port: server.port });
    return await answered(client, await client.exchange('auth', { token }));
  },
  'TCP, first message': async (server, token) => {
    await using client = await LineClient.connect({ port: server.port });
    return await answered(client, await client.exchange('auth', { token }));
  },
  'HTTP, Authorization header': async (server, token) => {
    const { status, json } = await callApi(server, 'GET', '/v1/sessions', { token });
    return status === 200 ? { code: 'ok', close: undefined } : { code: String(json?.['code']), close: status };
  },
};

async function shakenHands(
  server: TestServer,
  options: { readonly path?: string; readonly headers?: Record<string, string> },
): Promise<TokenVerdict> {
  await using client = await WsClient.connect({ port: server.port, ...options });
  client.send({ type: 'get_user_chats' });
  return await answered(client, await client.inbox.take('verdict', () => true));
}

async function answered(client: TestClient, answer: Received): Promise<TokenVerdict> {
  if (answer.status === 'success') return { code: 'ok', close: undefined };
  const { code, reason } = await client.ended();
  // where there is a close frame, its reason is the code of the error before it
  if (client instanceof WsClient && reason !== answer.code) throw new Error(`Closed with ${code} ${reason}.`);
  return { code: String(answer.code), close: code };
}
