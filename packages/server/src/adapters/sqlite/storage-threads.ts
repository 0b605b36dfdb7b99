import type { Reads } from './reads/reads.ts';
import type { ThreadClient } from './thread-client.ts';
import type { WriterFacts } from './writer-thread.ts';
import type { Writes } from './writes/writes.ts';

/** The two threads of the storage, as the stores call them. */
export interface StorageThreads {
  /** Everything that writes, in one group commit. */
  readonly writer: ThreadClient<Writes, WriterFacts>;
  /** Sees whatever the writer has answered. */
  readonly reader: ThreadClient<Reads, null>;
}
