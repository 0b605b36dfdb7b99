import { createServer } from 'node:http';
import jsonwebtoken from 'jsonwebtoken';
import { Server } from 'socket.io';
import { listenPort } from './listen-port.ts';

// Socket.IO with a token check as usually written: a middleware, jsonwebtoken, the secret as a string.

const secret = process.env['JWT_SECRET'] ?? '';
const http = createServer();
const io = new Server(http);

io.use((socket, next) => {
  try {
    socket.data.user = jsonwebtoken.verify(socket.handshake.auth['token'] as string, secret);
    next();
  } catch (error) {
    next(error as Error);
  }
});

io.on('connection', (socket) => {
  socket.on('disconnect', () => undefined);
});

http.listen({ host: '127.0.0.1', port: listenPort(), backlog: 4096 });
