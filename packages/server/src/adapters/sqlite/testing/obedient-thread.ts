import { parentPort, workerData } from 'node:worker_threads';
import { callFailure, runCall } from '../run-call.ts';
import { serveCalls } from '../serve-calls.ts';
import { StartRefused } from '../start-refused.ts';
import type { Call, CallFailure, Outcomes } from '../thread-messages.ts';

/** What the obedient thread is started with. */
export interface ObedientThreadData {
  readonly maxCalls: number;
  readonly maxChars: number;
  /** While this is 1, the thread refuses to start. */
  readonly refuses: SharedArrayBuffer;
}

/** Operations that do as tests say. */
export type ObedientOperations = typeof operations;

let calls: readonly Call[] = [];
let nowMs = 0;
const operations = {
  echo: (value: unknown) => value,
  /** How many calls are run together with this one. */
  batch: (_text: string) => calls.length,
  time: () => nowMs,
  fail: (reason: string) => {
    throw new Error(reason);
  },
  /** Blocks the thread until the flag is set. */
  wait: (flag: SharedArrayBuffer) => Atomics.wait(new Int32Array(flag), 0, 0),
  exit: () => process.exit(1),
  crash: () => {
    setImmediate(() => {
      throw new Error('Told to crash.');
    });
  },
  probe: () => undefined,
};

if (parentPort === null) throw new Error('obedient-thread runs as a worker thread only.');
const { maxCalls, maxChars, refuses } = workerData as ObedientThreadData;

await serveCalls(parentPort, async () => {
  if (Atomics.load(new Int32Array(refuses), 0) === 1) throw new StartRefused('database_corrupt', 'Told to refuse.');
  const run = (together: readonly Call[], atMs: number): Outcomes => {
    calls = together;
    nowMs = atMs;
    const failures = new Map<number, CallFailure>();
    const values = together.map((call, i) => {
      try {
        return runCall(operations, call);
      } catch (error) {
        failures.set(i, callFailure(error));
        return null;
      }
    });
    return failures.size === 0 ? { kind: 'outcomes', values } : { kind: 'outcomes', values, failures };
  };
  return { server: { maxCalls, maxChars, run, close: () => undefined }, facts: 'ready' };
});
