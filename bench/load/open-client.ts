import type { Dialect, Exchange, RoomRole } from './dialect.ts';
import { WebSocketClient } from './websocket-client.ts';

/** Who connects to what. */
export interface ClientOptions {
  readonly dialect: Dialect;
  readonly port: number;
  readonly token: string;
  readonly room?: string;
  /** Default: subscriber. */
  readonly role?: RoomRole;
}

/** Opens a connection and brings it to where it can be used: upgraded, authenticated, greeted, in its room. */
export async function openClient(options: ClientOptions): Promise<WebSocketClient> {
  const { dialect, port, token, room, role = 'subscriber' } = options;
  const client = await WebSocketClient.open({
    port,
    path: dialect.path(room ?? '', role),
    headers: dialect.headers(token),
    isEngineIo: dialect.isEngineIo,
  });
  if (dialect.greetAfter !== undefined) await expectMessage(client, dialect.greetAfter);
  await exchange(client, dialect.greeting(token));
  if (room !== undefined && role === 'subscriber') await exchange(client, dialect.subscribe(room));
  return client;
}

/** Sends a message and waits for its answer. Rejects when the server sends anything else. */
export async function exchange(client: WebSocketClient, step: Exchange | undefined): Promise<string> {
  if (step === undefined) return '';
  client.sendText(step.message);
  return expectMessage(client, step.replyPrefix);
}

/** Opens many connections, so many at a time. */
export async function openClients(
  count: number,
  underWay: number,
  open: (index: number) => Promise<WebSocketClient>,
): Promise<WebSocketClient[]> {
  const clients: WebSocketClient[] = [];
  let next = 0;
  const worker = async () => {
    while (next < count) {
      const index = next++;
      clients[index] = await open(index);
    }
  };
  await Promise.all(Array.from({ length: Math.min(underWay, count) }, worker));
  return clients;
}

async function expectMessage(client: WebSocketClient, prefix: string): Promise<string> {
  const message = await client.next();
  if (!message.startsWith(prefix))
    throw new Error(`Instead of a message like ${prefix} the server sent: ${message.slice(0, 500)}`);
  return message;
}
