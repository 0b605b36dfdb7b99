import { parentPort, workerData } from 'node:worker_threads';
import { serveCalls } from './serve-calls.ts';
import { type ReaderOptions, StorageReader } from './storage-reader.ts';

/** So many reads are answered together: few, so that quick ones do not wait for slow ones. */
const MAX_CALLS = 16;

if (parentPort === null) throw new Error('reader-thread runs as a worker thread only.');

await serveCalls<null>(parentPort, async () => {
  const reader = new StorageReader(workerData as ReaderOptions);
  const server = {
    maxCalls: MAX_CALLS,
    maxChars: Number.POSITIVE_INFINITY,
    run: reader.run.bind(reader),
    close: () => reader.close(),
  };
  return { server, facts: null };
});
