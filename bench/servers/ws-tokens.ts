import { createServer } from 'node:http';
import { createHmacKey, createVerifier, parseSecret } from '@parley/tokens';
import { type WebSocket, WebSocketServer } from 'ws';
import { listenPort } from './listen-port.ts';

// `ws` behind node:http, with the token verifier that Parley uses: what remains is the price of the transport.

const key = createHmacKey(parseSecret(process.env['JWT_SECRET'] ?? '').bytes);
const verifier = createVerifier({ foreign: [{ name: 'jwt', keys: [key] }] });
const sockets = new WebSocketServer({ noServer: true });
const users = new WeakMap<WebSocket, string>();
const server = createServer();

server.on('upgrade', (request, socket, head) => {
  const verdict = verifier.verify(request.headers.authorization?.slice('Bearer '.length));
  if (!verdict.ok) {
    socket.end('HTTP/1.1 401 Unauthorized\r\n\r\n');
    return;
  }
  sockets.handleUpgrade(request, socket, head, (webSocket) => welcome(webSocket, verdict.claims.userId));
});

function welcome(socket: WebSocket, userId: string): void {
  users.set(socket, userId);
  socket.on('message', (bytes: Buffer) => {
    const { type } = JSON.parse(bytes.toString()) as { type: string };
    if (type === 'hello') socket.send(JSON.stringify({ type: 'welcome', status: 'success', payload: { protocol: 1 } }));
  });
}

server.listen({ host: '127.0.0.1', port: listenPort(), backlog: 4096 });
