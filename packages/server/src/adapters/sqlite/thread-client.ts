import { Worker } from 'node:worker_threads';
import { AppError } from '../../kernel/app-error.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { Log } from '../../kernel/log.ts';
import { FaultWatch, type StorageFault } from './fault-watch.ts';
import { errorOf, PendingCalls } from './pending-calls.ts';
import type { Calls } from './storage-calls.ts';
import type { Call, CallBatch, Operations, Outcomes, ThreadMessage } from './thread-messages.ts';

/** Wait before a thread that died is started again; doubles with each death in a row. */
const RESTART_MIN_MS = 100;
const RESTART_MAX_MS = 5_000;
/** A thread that does not finish in this time is ended. */
const STOP_TIMEOUT_MS = 10_000;
/** How long a call that is in no hurry waits for others. */
const LATER_MS = 50;
const OVERLOADED_RETRY_AFTER_MS = 500;

/** What a client of a thread needs. */
export interface ThreadClientOptions {
  /** For the log. */
  readonly name: string;
  readonly entry: URL;
  readonly workerData: unknown;
  /** Calls that may be under way; further ones are refused with `overloaded`. */
  readonly queueMax: number;
  readonly clock: Clock;
  readonly log: Log;
}

/** Every thread can be asked whether it works. */
type Probed = Operations & { readonly probe: () => unknown };

/**
 * Calls operations of a worker thread. The calls of one event-loop turn go as one message; promises settle in the order
 * of the calls. When the thread dies, what was under way fails and the thread is started again.
 */
export class ThreadClient<Ops extends Probed, Facts> implements Calls<Ops> {
  readonly #options: ThreadClientOptions;
  readonly #pending = new PendingCalls();
  readonly #watch: FaultWatch;
  #worker: Worker | undefined;
  #isReady = false;
  #isStopped = false;
  #calls: (Call | (() => Call))[] = [];
  #isPostDue = false;
  #laterTimer: NodeJS.Timeout | undefined;
  #deaths = 0;
  #restartTimer: NodeJS.Timeout | undefined;

  constructor(options: ThreadClientOptions) {
    this.#options = options;
    const probe = () => void this.#probe();
    this.#watch = new FaultWatch({ name: options.name, clock: options.clock, log: options.log, probe });
  }

  /** Calls under way. */
  get depth(): number {
    return this.#pending.size;
  }

  /** What keeps calls from being done; undefined while they are done. */
  get fault(): StorageFault | undefined {
    return this.#watch.fault;
  }

  /** The newest fault, also when it is over. */
  get lastFault(): StorageFault | undefined {
    return this.#watch.lastFault;
  }

  /** Starts the thread and waits until it is ready. @throws AppError when it refuses to start */
  start(): Promise<Facts> {
    return this.#spawn();
  }

  call<Name extends keyof Ops & string>(name: Name, ...args: Parameters<Ops[Name]>): Promise<ReturnType<Ops[Name]>> {
    if (!this.#isReady) return Promise.reject(this.#unavailable());
    if (this.#pending.size >= this.#options.queueMax)
      return Promise.reject(new AppError('overloaded', { retryAfterMs: OVERLOADED_RETRY_AFTER_MS }));
    if (!this.#isPostDue) {
      this.#isPostDue = true;
      setImmediate(this.#post);
    }
    this.#calls.push([name, ...args]);
    return this.#pending.add();
  }

  callLater<Name extends keyof Ops & string>(
    name: Name,
    args: () => Parameters<Ops[Name]>,
  ): Promise<ReturnType<Ops[Name]>> {
    if (!this.#isReady) return Promise.reject(this.#unavailable());
    this.#calls.push(() => [name, ...args()]);
    this.#laterTimer ??= setTimeout(this.#post, LATER_MS).unref();
    return this.#pending.add();
  }

  /** Lets the calls under way finish, then ends the thread. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    clearTimeout(this.#restartTimer);
    this.#watch.stop();
    const worker = this.#worker;
    if (worker === undefined) return;
    const exited = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
    this.#post();
    this.#isReady = false;
    worker.postMessage(undefined);
    const timer = setTimeout(() => void worker.terminate(), STOP_TIMEOUT_MS);
    await exited;
    clearTimeout(timer);
  }

  /** Ends the thread at once, as a crash would; it is started again. */
  async terminate(): Promise<void> {
    await this.#worker?.terminate();
  }

  #spawn(): Promise<Facts> {
    const { entry, workerData, name } = this.#options;
    const worker = new Worker(entry, { workerData, name });
    this.#worker = worker;
    return new Promise((resolve, reject) => {
      let why: unknown = new Error(`The ${name} thread of the storage ended.`);
      worker.on('error', (error) => {
        why = error;
      });
      worker.on('message', (message: ThreadMessage<Facts>) => {
        if (message.kind === 'outcomes') this.#settle(message);
        else if (message.kind === 'refused') why = new AppError(message.code, { message: message.message });
        else resolve(this.#ready(message.facts));
      });
      worker.on('exit', () => {
        this.#ended(why);
        reject(why);
      });
    });
  }

  #ready(facts: Facts): Facts {
    this.#isReady = true;
    this.#watch.worked();
    return facts;
  }

  #settle(outcomes: Outcomes): void {
    if (outcomes.failures === undefined) {
      this.#deaths = 0;
      this.#watch.worked();
    } else {
      // one fault of the storage fails many calls and is one object
      for (const { code, reason } of new Set(outcomes.failures.values()))
        if (code === 'storage_unavailable') this.#watch.failed(reason);
        else this.#options.log.error({ reason }, `An operation of the storage's ${this.#options.name} failed.`);
    }
    this.#pending.settle(outcomes);
  }

  #ended(why: unknown): void {
    const wasReady = this.#isReady || this.#deaths > 0;
    this.#worker = undefined;
    this.#isReady = false;
    this.#calls = [];
    const reason = why instanceof Error ? why.message : String(why);
    this.#pending.failAll(errorOf({ code: 'storage_unavailable', reason }));
    // a thread that never was ready is the caller's of start() to deal with
    if (this.#isStopped || !wasReady) return;
    this.#watch.failed(reason);
    const delayMs = Math.min(RESTART_MAX_MS, RESTART_MIN_MS * 2 ** this.#deaths++);
    this.#restartTimer = setTimeout(() => void this.#spawn().catch(() => undefined), delayMs).unref();
  }

  #unavailable(): AppError {
    const reason = this.#isStopped ? 'The storage is stopped.' : `The ${this.#options.name} thread is not running.`;
    return errorOf({ code: 'storage_unavailable', reason });
  }

  async #probe(): Promise<void> {
    try {
      await this.call('probe', ...([] as unknown as Parameters<Ops['probe']>));
    } catch {
      // the watch knows already
    }
  }

  readonly #post = (): void => {
    this.#isPostDue = false;
    clearTimeout(this.#laterTimer);
    this.#laterTimer = undefined;
    if (!this.#isReady || this.#calls.length === 0) return;
    const calls = this.#calls.map((call) => (typeof call === 'function' ? call() : call));
    const batch: CallBatch = { nowMs: this.#options.clock.now(), calls };
    this.#calls = [];
    this.#worker?.postMessage(batch);
  };
}
