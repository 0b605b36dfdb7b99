import { WebSocket, WebSocketServer } from 'ws';
import { listenPort } from './listen-port.ts';

// `ws` with the broadcast loop that its own documentation shows, kept per room.

const rooms = new Map<string, Set<WebSocket>>();
const server = new WebSocketServer({ host: '127.0.0.1', port: listenPort(), backlog: 4096 });

server.on('connection', (socket, request) => {
  const query = new URL(request.url ?? '/', 'http://localhost').searchParams;
  const room = query.get('room') ?? '';
  const members = rooms.get(room) ?? new Set();
  rooms.set(room, members);
  if (query.get('role') === 'subscriber') members.add(socket);
  socket.on('message', (data, isBinary) => {
    for (const member of members) {
      if (member !== socket && member.readyState === WebSocket.OPEN) member.send(data, { binary: isBinary });
    }
  });
  socket.on('close', () => members.delete(socket));
});
