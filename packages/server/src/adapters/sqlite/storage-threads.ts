import type { Clock } from '../../kernel/clock.ts';
import type { Log } from '../../kernel/log.ts';
import { siblingModule } from '../../kernel/sibling-module.ts';
import type { Reads } from './reads/reads.ts';
import type { StorageCalls } from './storage-calls.ts';
import type { ReaderOptions } from './storage-reader.ts';
import { ThreadClient } from './thread-client.ts';
import type { WriterFacts, WriterThreadData } from './writer-thread.ts';
import type { Writes } from './writes/writes.ts';

/** The two threads of the storage. */
export interface StorageThreads extends StorageCalls {
  readonly writer: ThreadClient<Writes, WriterFacts>;
  readonly reader: ThreadClient<Reads, null>;
}

/** What both threads have in common. */
export interface ThreadSettings {
  /** Calls of each thread that may be under way. */
  readonly queueMax: number;
  readonly clock: Clock;
  readonly log: Log;
}

/** Makes the threads of one database; neither is started. */
export function createThreads(data: WriterThreadData, settings: ThreadSettings): StorageThreads {
  const { path, busyTimeoutMs, auditKey } = data;
  const readerData: ReaderOptions = { path, busyTimeoutMs, auditKey };
  const entry = (name: string) => siblingModule(import.meta.url, name);
  return {
    writer: new ThreadClient({ ...settings, name: 'writer', entry: entry('writer-thread'), workerData: data }),
    reader: new ThreadClient({ ...settings, name: 'reader', entry: entry('reader-thread'), workerData: readerData }),
  };
}
