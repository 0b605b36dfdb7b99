import type { PayloadFor } from '../commands.ts';
import type { OpenSocket } from '../socket.ts';
import { FakeSocket, type Message } from './fake-socket.ts';

export const ME = { id: 'usr_me', username: 'me', name: null, roles: [] };

interface Entry {
  readonly type: string;
  readonly payload: Readonly<Record<string, unknown>>;
}

/** An answer to a command: the payload, or `{code, ...}` of a refusal; undefined keeps silent. */
type Answer = object | undefined;

/**
 * A server with one user, over logs in memory. Answers as the real one does, as far as clients can tell; nothing moves
 * until `step` or `flow` lets messages through.
 */
export class FakeServer {
  readonly sockets: FakeSocket[] = [];
  /** Logs by chat; the entry at index 0 has seq 1. */
  readonly logs = new Map<string, Entry[]>();
  readonly received: Message[] = [];
  /** Answers that replace the usual ones, by command type. */
  readonly answers = new Map<string, (message: Message) => Answer>();
  logEpoch = 'epoch-1';
  heartbeatMs = 25_000;
  replayMaxEvents = 1000;
  /** Tokens that are accepted. */
  tokens = new Set(['good']);

  readonly openSocket: OpenSocket = (url, subprotocols) => {
    const socket = new FakeSocket(url, subprotocols);
    this.sockets.push(socket);
    return socket;
  };

  /** The newest connection. */
  get socket(): FakeSocket {
    const socket = this.sockets.at(-1);
    if (socket === undefined) throw new Error('The client has opened no socket.');
    return socket;
  }

  /** Makes a chat, whose log begins with the event that says so. */
  createChat(chatId: string): void {
    this.logs.set(chatId, []);
    this.append(chatId, 'chat:changed', { change: 'created' });
  }

  /** Adds an event, and pushes it to the newest connection unless that caused it. */
  append(chatId: string, type: string, payload: Readonly<Record<string, unknown>>, isOwn = false): number {
    const log = this.logs.get(chatId) ?? [];
    log.push({ type, payload });
    if (!isOwn && this.sockets.length > 0) this.#push(this.socket, chatId, log.length);
    return log.length;
  }

  /** A message of somebody else. */
  say(chatId: string, content: string): number {
    return this.append(chatId, 'message:new', { content, sender_id: 'usr_other' });
  }

  /** Lets everything through, in order, until nothing is on its way. */
  flow(): void {
    for (const socket of this.sockets) {
      if (!socket.isOpen) continue;
      socket.onopen?.();
      socket.onopen = null;
      for (;;) {
        const incoming = socket.incoming.shift();
        const outgoing = incoming === undefined ? socket.outgoing.shift() : undefined;
        if (incoming !== undefined) socket.receive(incoming);
        else if (outgoing !== undefined) this.handle(socket, outgoing);
        else break;
      }
    }
  }

  /** Answers one message. */
  handle(socket: FakeSocket, message: Message): void {
    this.received.push(message);
    const other = this.answers.get(message.type);
    const answer = other === undefined ? this.#answer(message) : other(message);
    if (answer === undefined) return;
    const { type, request_id } = message;
    if ('code' in answer) {
      socket.incoming.push({ type, request_id, status: 'error', message: 'No.', help: 'https://help', ...answer });
      return;
    }
    const replyType = type === 'hello' ? 'welcome' : type;
    socket.incoming.push({ type: replyType, status: 'success', request_id, payload: answer });
    if (type === 'sync') this.#replay(socket, message);
  }

  #answer(message: Message): Answer {
    switch (message.type) {
      case 'hello':
        return {
          protocol: 1,
          connection_id: 'con_1',
          server_time: '',
          limits: {},
          durability: 'fsync',
          heartbeat_ms: this.heartbeatMs,
          log_epoch: this.logEpoch,
        };
      case 'auth':
        if (!this.tokens.has(message['token'] as string)) return { code: 'token_expired', retry: 'never' };
        return { user: ME, connection_id: 'con_1', expires_at: '' };
      case 'ping':
        return { server_time: '', heads: this.#heads() };
      case 'sync':
        return this.#sync(message);
      case 'message':
        return this.#message(message);
      default:
        return {};
    }
  }

  #heads(): Record<string, number> {
    return Object.fromEntries([...this.logs].map(([chatId, log]) => [chatId, log.length]));
  }

  #sync(message: Message): PayloadFor<'sync'> {
    const pending = (message['pending'] ?? []) as string[];
    const chats = (message['chats'] ?? []) as [string, number][];
    const refused: PayloadFor<'sync'>['refused'] = [];
    for (const [chat_id, seq] of chats) {
      const head = this.logs.get(chat_id)?.length;
      if (head === undefined) refused.push({ chat_id, code: 'chat_not_found' });
      else if (seq > head) refused.push({ chat_id, code: 'cursor_ahead' });
    }
    return { heads: this.#heads(), refused, pending: pending.map((id) => this.#fate(id)) };
  }

  #fate(clientMsgId: string): PayloadFor<'sync'>['pending'][number] {
    const found = this.find(clientMsgId);
    if (found === undefined) return { client_msg_id: clientMsgId, status: 'unknown' };
    const { chatId, seq } = found;
    return { client_msg_id: clientMsgId, status: 'accepted', chat_id: chatId, seq, id: `${chatId}:${seq}` };
  }

  /** Where a message is that was sent with this key. */
  find(clientMsgId: string): { readonly chatId: string; readonly seq: number } | undefined {
    for (const [chatId, log] of this.logs) {
      const index = log.findIndex(({ payload }) => payload['client_msg_id'] === clientMsgId);
      if (index >= 0) return { chatId, seq: index + 1 };
    }
    return undefined;
  }

  #message(message: Message): object {
    const { chat_id: chatId, content, client_msg_id: clientMsgId } = message as unknown as Record<string, string>;
    const found = this.find(clientMsgId ?? '');
    const payload = { content, client_msg_id: clientMsgId, sender_id: ME.id };
    const seq = found?.seq ?? this.append(chatId ?? '', 'message:new', payload, true);
    const view = { ...payload, id: `${chatId}:${seq}`, chat_session_id: chatId, seq };
    return found === undefined ? view : { ...view, duplicate: true };
  }

  #replay(socket: FakeSocket, message: Message): void {
    const chats = (message['chats'] ?? []) as [string, number][];
    for (const [chatId, afterSeq] of chats) {
      const head = this.logs.get(chatId)?.length ?? 0;
      const lastSeq = Math.min(head, afterSeq + this.replayMaxEvents);
      for (let seq = afterSeq + 1; seq <= lastSeq; seq++) this.#push(socket, chatId, seq);
      if (lastSeq < head && lastSeq >= afterSeq) {
        const gap = { chat_id: chatId, from: lastSeq + 1, to: head, reason: 'limit' };
        socket.incoming.push({ type: 'gap', payload: gap });
      }
    }
    socket.incoming.push({ type: 'caught_up', payload: { heads: this.#heads() } });
  }

  #push(socket: FakeSocket, chatId: string, seq: number): void {
    const entry = this.logs.get(chatId)?.[seq - 1];
    if (entry !== undefined) socket.incoming.push({ ...entry, chat_id: chatId, seq });
  }
}
