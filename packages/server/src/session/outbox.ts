import type { PushClass } from '@parley/protocol';
import type { Wire } from './wire.ts';

/** Bytes that wait in all outboxes together. */
export class OutboxBudget {
  readonly softBytes: number;
  readonly hardBytes: number;
  readonly totalBytes: number;
  /** What all connections have waiting now. */
  waitingBytes = 0;

  constructor(limits: { readonly softBytes: number; readonly hardBytes: number; readonly totalBytes: number }) {
    this.softBytes = limits.softBytes;
    this.hardBytes = limits.hardBytes;
    this.totalBytes = limits.totalBytes;
  }
}

/** What became of bytes given to an outbox. `full`: the hard limit is reached and the connection must close. */
export type OutboxVerdict = 'queued' | 'dropped' | 'lagging' | 'full';

/**
 * The bytes waiting for one client. They are collected during an event-loop turn and leave in one write. Bytes are
 * often shared with other connections, but each counts them in full, since a slow reader keeps them alive.
 *
 *     0 ........ soft / 2 ........ soft ............ hard
 *       all        no ephemeral     no durable        close
 */
export class Outbox {
  readonly #wire: Wire;
  readonly #budget: OutboxBudget;
  #first: Buffer | undefined;
  #more: Buffer[] | undefined;
  #pendingBytes = 0;
  #countedBytes = 0;

  constructor(wire: Wire, budget: OutboxBudget) {
    this.#wire = wire;
    this.#budget = budget;
  }

  /** Bytes of this turn and those the kernel has not taken yet. */
  get waitingBytes(): number {
    return this.#pendingBytes + this.#wire.bufferedBytes;
  }

  /** Whether durable pushes must wait for the client to read. */
  get isBehind(): boolean {
    const waiting = this.waitingBytes;
    return waiting > this.#budget.softBytes || (waiting > 0 && this.#budget.waitingBytes > this.#budget.totalBytes);
  }

  /** Whether enough was read that a catch-up may go on. */
  get hasRoom(): boolean {
    return this.waitingBytes <= this.#budget.softBytes / 4;
  }

  /** Takes bytes, unless the client is too far behind for their class. */
  push(bytes: Buffer, pushClass: PushClass): OutboxVerdict {
    const waiting = this.waitingBytes;
    if (waiting > 0) {
      const budget = this.#budget;
      const isOverTotal = budget.waitingBytes > budget.totalBytes;
      if (waiting + bytes.length > budget.hardBytes || (isOverTotal && waiting > budget.softBytes / 4)) return 'full';
      if (pushClass === 'ephemeral' && (isOverTotal || waiting > budget.softBytes / 2)) return 'dropped';
      if (pushClass === 'durable' && (isOverTotal || waiting > budget.softBytes)) return 'lagging';
    }
    if (this.#first === undefined) this.#first = bytes;
    else if (this.#more === undefined) this.#more = [this.#first, bytes];
    else this.#more.push(bytes);
    this.#pendingBytes += bytes.length;
    return 'queued';
  }

  /** Writes what was collected, once. */
  flush(): void {
    const first = this.#first;
    if (first === undefined) return;
    const bytes = this.#more === undefined ? first : Buffer.concat(this.#more, this.#pendingBytes);
    this.#first = undefined;
    this.#more = undefined;
    this.#pendingBytes = 0;
    this.#wire.write(bytes);
    this.recount();
  }

  /** Brings the total over all connections up to date; to be called when the kernel took bytes. */
  recount(): void {
    const buffered = this.#wire.bufferedBytes;
    if (buffered === this.#countedBytes) return;
    this.#budget.waitingBytes += buffered - this.#countedBytes;
    this.#countedBytes = buffered;
  }

  /** Forgets everything; the connection is gone. */
  discard(): void {
    this.#first = undefined;
    this.#more = undefined;
    this.#pendingBytes = 0;
    this.#budget.waitingBytes -= this.#countedBytes;
    this.#countedBytes = 0;
  }
}
