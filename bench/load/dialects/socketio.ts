import type { Dialect } from '../dialect.ts';

/** Socket.IO over a bare WebSocket: Engine.IO 4 packets with Socket.IO 5 packets in them, as its own client sends. */
export const socketioDialect: Dialect = {
  isEngineIo: true,
  path: () => '/socket.io/?EIO=4&transport=websocket',
  headers: () => [],
  greetAfter: '0{',
  greeting: (token) => ({
    message: `40${JSON.stringify({ token })}`,
    replyPrefix: '40{"sid"',
  }),
  subscribe: (room) => ({ message: `421${JSON.stringify(['join', room])}`, replyPrefix: '431[' }),
  publish: (room, content) => `42${JSON.stringify(['publish', room, content])}`,
  eventPrefix: '42["event"',
  request: (padding) => ({ message: `421${JSON.stringify(['ping', { padding }])}`, replyPrefix: '431[' }),
};
