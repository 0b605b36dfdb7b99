import { hash } from 'node:crypto';
import { createServer, type Socket } from 'node:net';
import { listenPort } from './listen-port.ts';

// The least that node:net can do: no token, no mask undone, nothing parsed but the key, one ready-made frame for
// everybody. It serves nobody, and shows how much of the others' figures is theirs to save.

const KEY_GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';
const KEY_HEADER = 'Sec-WebSocket-Key: ';
const EVENT = Buffer.concat([Buffer.from([0x81, 126, 0, 128]), Buffer.alloc(128, 'x')]);
/** A publisher's frame: header of 4 bytes, mask, payload. */
const PUBLISH_BYTES = 136;
const WELCOME_TEXT = '{"type":"welcome","status":"success","payload":{"protocol":1}}';
const WELCOME = Buffer.concat([Buffer.from([0x81, WELCOME_TEXT.length]), Buffer.from(WELCOME_TEXT)]);

const rooms = new Map<string, Set<Socket>>();
/** What a connection's frames are answered with: the members of the room it publishes in, or itself. */
const audiences = new WeakMap<Socket, ReadonlySet<Socket>>();

function onData(this: Socket, chunk: Buffer): void {
  const audience = audiences.get(this);
  if (audience === undefined) upgrade(this, chunk.toString('latin1'));
  else if (audience.has(this)) this.write(WELCOME);
  else {
    for (let at = 0; at < chunk.length; at += PUBLISH_BYTES) for (const member of audience) member.write(EVENT);
  }
}

function upgrade(socket: Socket, head: string): void {
  const keyAt = head.indexOf(KEY_HEADER) + KEY_HEADER.length;
  const accept = hash('sha1', head.slice(keyAt, keyAt + 24) + KEY_GUID, 'base64');
  socket.write(
    `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
  );
  const [, name, role] = /^GET \/\?room=([^&]*)&role=(\w+)/.exec(head) ?? [];
  if (name === undefined) {
    audiences.set(socket, new Set([socket]));
    return;
  }
  const members = rooms.get(name) ?? new Set();
  rooms.set(name, members);
  if (role === 'subscriber') members.add(socket);
  audiences.set(socket, members);
}

createServer({ noDelay: true }, (socket) => {
  socket.on('data', onData);
  socket.on('error', () => undefined);
}).listen({ host: '127.0.0.1', port: listenPort(), backlog: 4096 });
