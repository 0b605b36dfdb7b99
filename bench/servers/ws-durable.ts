import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { WebSocket, WebSocketServer } from 'ws';
import { listenPort } from './listen-port.ts';

// A chat as usually written: `ws`, SQLite with a prepared insert, one commit per message, a broadcast loop, an answer.

interface Message {
  readonly type: string;
  readonly request_id?: unknown;
  readonly client_msg_id?: string;
  readonly chat_id?: string;
  readonly content?: string;
  readonly member_ids?: readonly string[];
}

const database = new DatabaseSync(join(process.env['DATA_DIR'] ?? '', 'chat.db'));
database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL');
database.exec(
  'CREATE TABLE messages (id INTEGER PRIMARY KEY, chat_id TEXT, sender_id TEXT, content TEXT, client_msg_id TEXT, timestamp INTEGER)',
);
const insert = database.prepare(
  'INSERT INTO messages (chat_id, sender_id, content, client_msg_id, timestamp) VALUES (?, ?, ?, ?, ?)',
);
const chats = new Map<string, readonly string[]>();
const users = new Map<string, WebSocket>();
const server = new WebSocketServer({ host: '127.0.0.1', port: listenPort(), backlog: 4096 });

server.on('connection', (socket, request) => {
  const userId = readSubject(request.headers.authorization ?? '');
  users.set(userId, socket);
  socket.on('message', (bytes: Buffer) => answer(socket, userId, JSON.parse(bytes.toString()) as Message));
  socket.on('close', () => users.delete(userId));
});

function answer(socket: WebSocket, userId: string, message: Message): void {
  const { type, request_id } = message;
  if (type === 'hello') return reply(socket, 'welcome', request_id, { protocol: 1 });
  if (type === 'message') return reply(socket, type, request_id, send(socket, userId, message));
  const id = `chat-${chats.size}`;
  chats.set(id, [userId, ...(message.member_ids ?? [])]);
  reply(socket, type, request_id, { id });
}

function send(socket: WebSocket, senderId: string, message: Message): object {
  const { chat_id = '', content = '', client_msg_id } = message;
  const timestamp = new Date();
  const { lastInsertRowid } = insert.run(chat_id, senderId, content, client_msg_id ?? null, timestamp.getTime());
  const stored = {
    id: Number(lastInsertRowid),
    chat_session_id: chat_id,
    sender_id: senderId,
    content,
    timestamp: timestamp.toISOString(),
    client_msg_id,
  };
  const push = JSON.stringify({ type: 'message:new', payload: stored });
  for (const memberId of chats.get(chat_id) ?? []) {
    const member = users.get(memberId);
    if (member !== undefined && member !== socket && member.readyState === WebSocket.OPEN) member.send(push);
  }
  return stored;
}

function reply(socket: WebSocket, type: string, request_id: unknown, payload: object): void {
  socket.send(JSON.stringify({ type, status: 'success', request_id, payload }));
}

/** The user of a token; its signature is not what this server is measured for. */
function readSubject(authorization: string): string {
  const [, payload = ''] = authorization.split('.');
  return (JSON.parse(Buffer.from(payload, 'base64url').toString()) as { sub: string }).sub;
}
