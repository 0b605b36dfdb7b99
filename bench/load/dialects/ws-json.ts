import type { Dialect } from '../dialect.ts';

/** Servers over `ws` that speak JSON: the same messages that Parley's clients send, without topics' offsets. */
export const wsJsonDialect: Dialect = {
  isEngineIo: false,
  path: () => '/',
  headers: (token) => [`Authorization: Bearer ${token}`],
  greeting: () => ({ message: '{"type":"hello"}', replyPrefix: '{"type":"welcome","status":"success"' }),
  subscribe: (room) => ({
    message: JSON.stringify({ type: 'subscribe', topic: room }),
    replyPrefix: '{"type":"subscribe","status":"success"',
  }),
  publish: (room, content) => JSON.stringify({ type: 'publish', topic: room, data: content, request_id: 1 }),
  eventPrefix: '{"type":"event"',
  request: (padding) => ({
    message: JSON.stringify({ type: 'ping', request_id: 1, padding }),
    replyPrefix: '{"type":"ping","status":"success"',
  }),
};
