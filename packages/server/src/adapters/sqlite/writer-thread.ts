import { parentPort, workerData } from 'node:worker_threads';
import { prepare } from './prepare.ts';
import { serveCalls } from './serve-calls.ts';
import { StorageWriter, type WriterOptions } from './storage-writer.ts';

/** What the writer thread is started with. */
export interface WriterThreadData extends WriterOptions {
  readonly batchMaxCalls: number;
  readonly batchMaxChars: number;
}

/** What the writer tells when it is ready. */
export interface WriterFacts {
  /** The log's epoch. */
  readonly epoch: string;
}

if (parentPort === null) throw new Error('writer-thread runs as a worker thread only.');
const data = workerData as WriterThreadData;

await serveCalls<WriterFacts>(parentPort, async () => {
  const writer = await StorageWriter.open(data);
  const epoch =
    writer.database &&
    prepare<{ value: string }>(writer.database, "SELECT value FROM meta WHERE key = 'log_epoch'").get()?.value;
  if (epoch === undefined) throw new Error(`The database ${data.path} has no log epoch.`);
  const server = {
    maxCalls: data.batchMaxCalls,
    maxChars: data.batchMaxChars,
    run: writer.run.bind(writer),
    close: () => writer.close(),
  };
  return { server, facts: { epoch } };
});
