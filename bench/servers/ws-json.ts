import { WebSocket, WebSocketServer } from 'ws';
import { listenPort } from './listen-port.ts';

// `ws` with JSON messages: parsed, answered, and stringified once per event.

interface Message {
  readonly type: string;
  readonly request_id?: unknown;
  readonly topic?: string;
  readonly data?: unknown;
}

const topics = new Map<string, Set<WebSocket>>();
const server = new WebSocketServer({ host: '127.0.0.1', port: listenPort(), backlog: 4096 });

server.on('connection', (socket) => {
  socket.on('message', (bytes: Buffer) => answer(socket, JSON.parse(bytes.toString()) as Message));
  socket.on('close', () => {
    for (const subscribers of topics.values()) subscribers.delete(socket);
  });
});

function answer(socket: WebSocket, message: Message): void {
  const { type, request_id, topic = '' } = message;
  switch (type) {
    case 'hello':
      return reply(socket, 'welcome', request_id, { protocol: 1 });
    case 'ping':
      return reply(socket, type, request_id, { server_time: new Date().toISOString() });
    case 'subscribe':
      topics.set(topic, (topics.get(topic) ?? new Set()).add(socket));
      return reply(socket, type, request_id, { topic });
    case 'publish':
      broadcast(socket, topic, JSON.stringify({ type: 'event', payload: { data: message.data }, topic }));
      return reply(socket, type, request_id, { topic });
  }
}

function broadcast(from: WebSocket, topic: string, text: string): void {
  for (const subscriber of topics.get(topic) ?? []) {
    if (subscriber !== from && subscriber.readyState === WebSocket.OPEN) subscriber.send(text);
  }
}

function reply(socket: WebSocket, type: string, request_id: unknown, payload: object): void {
  socket.send(JSON.stringify({ type, status: 'success', request_id, payload }));
}
