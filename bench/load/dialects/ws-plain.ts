import type { Dialect } from '../dialect.ts';

/** Servers that hand on whatever they get to the room that the URL names. */
export const wsPlainDialect: Dialect = {
  isEngineIo: false,
  path: (room, role) => `/?room=${room}&role=${role}`,
  headers: (token) => [`Authorization: Bearer ${token}`],
  greeting: () => undefined,
  subscribe: () => undefined,
  publish: (_room, content) => content,
  eventPrefix: '',
  request: (padding) => ({ message: padding, replyPrefix: '' }),
};
