import type { Dialect } from '../dialect.ts';

/** Parley over WebSocket: JSON envelopes, topics as rooms. */
export const parleyDialect: Dialect = {
  isEngineIo: false,
  path: () => '/ws',
  headers: (token) => [`Authorization: Bearer ${token}`],
  greeting: () => ({
    message: '{"type":"hello","protocol":1}',
    replyPrefix: '{"type":"welcome","status":"success"',
  }),
  subscribe: (room) => ({
    message: JSON.stringify({ type: 'subscribe', topic: topicOf(room) }),
    replyPrefix: '{"type":"subscribe","status":"success"',
  }),
  publish: (room, content) => JSON.stringify({ type: 'publish', topic: topicOf(room), data: content, request_id: 1 }),
  eventPrefix: '{"type":"event"',
  request: (padding) => ({
    message: JSON.stringify({ type: 'ping', request_id: 1, padding }),
    replyPrefix: '{"type":"ping","status":"success"',
  }),
};

function topicOf(room: string): string {
  return `public:${room}`;
}
