import { storageFault } from './storage-fault.ts';
import type { Call, CallFailure, Operations } from './thread-messages.ts';

/** Runs one call. */
export function runCall(operations: Operations, call: Call): unknown {
  const [name, ...args] = call;
  const operation = operations[name];
  if (operation === undefined) throw new Error(`The storage has no operation ${name}.`);
  return operation(...(args as never[]));
}

/** What the caller is told about an error. */
export function callFailure(error: unknown): CallFailure {
  const fault = storageFault(error);
  if (fault !== undefined) return { code: 'storage_unavailable', reason: fault };
  return { code: 'internal', reason: error instanceof Error ? (error.stack ?? error.message) : String(error) };
}
