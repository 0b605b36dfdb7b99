import { type MessagePort, receiveMessageOnPort } from 'node:worker_threads';
import { StartRefused } from './start-refused.ts';
import type { Call, CallBatch, Outcomes, ThreadMessage } from './thread-messages.ts';

/** Who answers the calls of a thread. */
export interface CallServer {
  /** How many calls, and how many characters of their arguments, are run together. */
  readonly maxCalls: number;
  readonly maxChars: number;
  run(calls: readonly Call[], nowMs: number): Outcomes;
  close(): void;
}

/**
 * Serves calls that come through a port until it is told to finish: takes all that is queued, runs as many as may run
 * together, answers them, and looks again. There is no timer: under load batches grow by themselves.
 */
export async function serveCalls<Facts>(
  port: MessagePort,
  open: () => Promise<{ readonly server: CallServer; readonly facts: Facts }>,
): Promise<void> {
  const post = (message: ThreadMessage<Facts>) => port.postMessage(message);
  try {
    const { server, facts } = await open();
    const queue = new CallQueue(port, server);
    port.on('message', (batch: CallBatch | undefined) => {
      queue.take(batch);
      for (let calls = queue.next(); calls.length > 0; calls = queue.next()) post(server.run(calls, queue.nowMs));
      if (!queue.isFinished) return;
      server.close();
      port.close();
    });
    post({ kind: 'ready', facts });
  } catch (error) {
    if (!(error instanceof StartRefused)) throw error;
    post({ kind: 'refused', code: error.code, message: error.message });
    port.close();
  }
}

/** Calls that wait in the thread. */
class CallQueue {
  readonly #port: MessagePort;
  readonly #limits: Pick<CallServer, 'maxCalls' | 'maxChars'>;
  #calls: Call[] = [];
  #start = 0;
  #isFinished = false;
  #nowMs = 0;

  constructor(port: MessagePort, limits: Pick<CallServer, 'maxCalls' | 'maxChars'>) {
    this.#port = port;
    this.#limits = limits;
  }

  /** The newest time that the main thread told. */
  get nowMs(): number {
    return this.#nowMs;
  }

  /** Whether the main thread asked to finish; nothing comes after that. */
  get isFinished(): boolean {
    return this.#isFinished;
  }

  take(batch: CallBatch | undefined): void {
    if (batch === undefined) {
      this.#isFinished = true;
      return;
    }
    this.#nowMs = batch.nowMs;
    this.#calls = this.#calls.slice(this.#start).concat(batch.calls);
    this.#start = 0;
  }

  /** The calls to run together now, none when there are none. */
  next(): readonly Call[] {
    for (let more = receiveMessageOnPort(this.#port); more !== undefined; more = receiveMessageOnPort(this.#port))
      this.take(more.message);
    const { maxCalls, maxChars } = this.#limits;
    let end = this.#start;
    const last = Math.min(this.#calls.length, end + maxCalls);
    for (let chars = 0; end < last && chars < maxChars; end++) chars += charsOf(this.#calls[end] as Call);
    const calls = this.#calls.slice(this.#start, end);
    this.#start = end;
    return calls;
  }
}

function charsOf(call: Call): number {
  let chars = 0;
  for (const argument of call) if (typeof argument === 'string') chars += argument.length;
  return chars;
}
