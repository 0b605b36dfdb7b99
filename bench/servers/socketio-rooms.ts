import { createServer } from 'node:http';
import { Server } from 'socket.io';
import { listenPort } from './listen-port.ts';

// Socket.IO with its own rooms, broadcast and acknowledgements; default options.

const http = createServer();
const io = new Server(http);

io.on('connection', (socket) => {
  socket.on('join', async (room: string, acknowledge: (room: string) => void) => {
    await socket.join(room);
    acknowledge(room);
  });
  socket.on('publish', (room: string, data: unknown) => {
    socket.to(room).emit('event', data);
  });
  socket.on('ping', (_request: unknown, acknowledge: (answer: object) => void) => {
    acknowledge({ server_time: new Date().toISOString() });
  });
});

http.listen({ host: '127.0.0.1', port: listenPort(), backlog: 4096 });
