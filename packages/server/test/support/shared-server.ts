import { afterAll, beforeAll } from 'vitest';
import { type StartOptions, startServer, type TestServer } from './start-server.ts';

/** One server for all tests of a file, where they do not get in each other's way. */
export function sharedServer(options: StartOptions = {}): () => TestServer {
  let server: TestServer | undefined;
  beforeAll(async () => {
    server = await startServer(options);
  });
  afterAll(async () => {
    await server?.[Symbol.asyncDispose]();
  });
  return () => {
    if (server === undefined) throw new Error('The shared server is not running yet.');
    return server;
  };
}
