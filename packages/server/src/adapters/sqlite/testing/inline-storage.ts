import { errorOf } from '../pending-calls.ts';
import type { Calls, StorageCalls } from '../storage-calls.ts';
import { StorageReader } from '../storage-reader.ts';
import { StorageWriter, type WriterOptions } from '../storage-writer.ts';
import type { Call, Operations, Outcomes } from '../thread-messages.ts';

/** Both sides of the storage without their threads: quick to open, for tests that are not about threads. */
export async function openInlineStorage(options: WriterOptions): Promise<StorageCalls & Disposable> {
  const writer = await StorageWriter.open(options);
  const reader = new StorageReader(options);
  return {
    writer: callsOf((call) => writer.run([call], Date.now())),
    reader: callsOf((call) => reader.run([call])),
    [Symbol.dispose]() {
      reader.close();
      writer.close();
    },
  };
}

function callsOf<Ops extends Operations>(run: (call: Call) => Outcomes): Calls<Ops> {
  const call: Calls<Ops>['call'] = async (name, ...args) => {
    const { values, failures } = run([name, ...args]);
    const failure = failures?.get(0);
    if (failure !== undefined) throw errorOf(failure);
    // as between threads
    return structuredClone(values[0]) as never;
  };
  return { call, callLater: (name, args) => call(name, ...args()) };
}
