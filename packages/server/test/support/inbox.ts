import { DEADLINE_MS } from './until.ts';

/** A message from the server, before anything is believed about it. */
export interface Received {
  readonly type?: string;
  readonly status?: 'success' | 'error';
  readonly request_id?: string | number;
  readonly code?: string;
  readonly payload?: unknown;
  readonly chat_id?: string;
  readonly seq?: number;
  readonly [field: string]: unknown;
}

interface Waiting {
  readonly what: string;
  readonly matches: (message: Received) => boolean;
  readonly resolve: (message: Received) => void;
  readonly reject: (failure: Error) => void;
}

/** What a client has received. Each message is taken once, in any order; `unread` shows what nobody asked for. */
export class Inbox {
  /** Everything that came, in order. */
  readonly all: Received[] = [];
  #unread: Received[] = [];
  #waiting: Waiting[] = [];
  #end: string | undefined;
  readonly #observe: ((message: Received) => void) | undefined;

  /** With `observe`, messages go there first; a load client takes them all. */
  constructor(observe?: (message: Received) => void) {
    this.#observe = observe;
  }

  get unread(): readonly Received[] {
    return this.#unread;
  }

  /** Adds what came. */
  deliver(message: Received): void {
    if (this.#observe !== undefined) this.#observe(message);
    else this.all.push(message);
    const index = this.#waiting.findIndex(({ matches }) => matches(message));
    const [waiting] = index < 0 ? [] : this.#waiting.splice(index, 1);
    if (waiting !== undefined) waiting.resolve(message);
    else if (this.#observe === undefined) this.#unread.push(message);
  }

  /** Nothing more will come. */
  end(reason: string): void {
    this.#end = reason;
    for (const { what, reject } of this.#waiting.splice(0))
      reject(this.#missing(what, `the connection ended: ${reason}`));
  }

  /** Takes the first unread message that matches, or the next one to come. */
  async take(
    what: string,
    matches: (message: Received) => boolean,
    timeoutMs: number = DEADLINE_MS,
  ): Promise<Received> {
    const index = this.#unread.findIndex(matches);
    const [found] = index < 0 ? [] : this.#unread.splice(index, 1);
    if (found !== undefined) return found;
    if (this.#end !== undefined) throw this.#missing(what, `the connection had ended: ${this.#end}`);
    return new Promise((resolve, reject) => {
      const late = setTimeout(() => {
        this.#waiting = this.#waiting.filter((each) => each !== waiting);
        reject(this.#missing(what, `not within ${timeoutMs} ms`));
      }, timeoutMs);
      const settle = () => clearTimeout(late);
      const waiting: Waiting = {
        what,
        matches,
        resolve: (message) => (settle(), resolve(message)),
        reject: (failure) => (settle(), reject(failure)),
      };
      this.#waiting.push(waiting);
    });
  }

  #missing(what: string, why: string): Error {
    return new Error(`No ${what}: ${why}. Unread: ${JSON.stringify(this.#unread).slice(0, 2000)}`);
  }
}
