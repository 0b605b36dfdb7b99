import { Client } from '../client.ts';
import type { ClientEvents, ClientState } from '../client-events.ts';
import type { ClientOptions } from '../client-options.ts';
import { FakeServer } from './fake-server.ts';
import { ManualTimers, settled } from './manual-timers.ts';

/** A client with a fake server, on timers that stand still. */
export interface TestClient {
  readonly client: Client;
  readonly server: FakeServer;
  readonly timers: ManualTimers;
  /** What was handed on of each chat's log: `seq content`, `seq type`, or `from-to gap reason`. */
  readonly told: Map<string, string[]>;
  readonly states: ClientState['name'][];
  /** Lets messages through until client and server have nothing more to say. */
  flow(): Promise<void>;
  /** Lets time pass, and messages through all the while. */
  pass(ms: number): Promise<void>;
}

/** Makes one; nothing is connected yet. */
export function createTestClient(options: Partial<ClientOptions> = {}): TestClient {
  const server = new FakeServer();
  const timers = new ManualTimers();
  const { openSocket } = server;
  const client = new Client({ url: 'https://chat.example', token: 'good', openSocket, timers, ...options });
  const states: ClientState['name'][] = [];
  client.on('state', ({ name }) => states.push(name));
  const flow = async () => {
    for (let quiet = 0; quiet < 3; ) {
      const isBusy = server.socket.onopen !== null || server.socket.incoming.length + server.socket.outgoing.length > 0;
      quiet = isBusy && server.socket.isOpen ? 0 : quiet + 1;
      server.flow();
      await settled();
    }
  };
  const pass = async (ms: number) => {
    if (server.sockets.length > 0) await flow();
    const untilMs = timers.now() + ms;
    for (let leftMs = ms; leftMs > 0; leftMs = untilMs - timers.now()) {
      await timers.pass(Math.min(leftMs, Math.max(timers.nextInMs ?? leftMs, 1)));
      await flow();
    }
  };
  return { client, server, timers, told: recordLogs(client), states, flow, pass };
}

/** Connects, and resolves when that is done. */
export async function connectTestClient(test: TestClient): Promise<void> {
  const ready = test.client.connect();
  await settled();
  await test.flow();
  await ready;
}

const LOG_EVENTS = ['message:new', 'member:changed', 'chat:changed', 'event:hidden'] as const;

function recordLogs(client: Client): Map<string, string[]> {
  const told = new Map<string, string[]>();
  const note = (chatId: string | undefined, line: string) => {
    if (chatId !== undefined) told.set(chatId, [...(told.get(chatId) ?? []), line]);
  };
  for (const type of LOG_EVENTS) {
    client.on(type, (...[payload, push]: ClientEvents[typeof type]) => {
      note(push.chat_id, `${push.seq} ${'content' in payload ? payload.content : type}`);
    });
  }
  client.on('gap', ({ chat_id, from, to, reason }) => note(chat_id, `${from}-${to} gap ${reason}`));
  return told;
}
