import type { PushClass } from '@parley/protocol';
import type { Wire } from './wire.ts';

/**
 * Bytes that wait in all outboxes together, for clients slower than what they are sent. Bytes of the turn under way are
 * not among them yet: most never wait.
 */
export class OutboxBudget {
  readonly softBytes: number;
  readonly hardBytes: number;
  readonly totalBytes: number;
  /** What all connections have waiting now. */
  waitingBytes = 0;
  /** How many connections have something waiting. */
  waitingOutboxes = 0;

  constructor(limits: { readonly softBytes: number; readonly hardBytes: number; readonly totalBytes: number }) {
    this.softBytes = limits.softBytes;
    this.hardBytes = limits.hardBytes;
    this.totalBytes = limits.totalBytes;
  }

  /** Whether more waits in all than may. */
  get isExceeded(): boolean {
    return this.waitingBytes > this.totalBytes;
  }

  /** What each would have waiting if all had the same: once the total is exceeded, some have more. */
  get fairShareBytes(): number {
    return this.totalBytes / Math.max(1, this.waitingOutboxes);
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
 *
 * While the total over all connections is exceeded, one from which the kernel has not taken everything gets no ephemeral
 * and no durable bytes at all; those with more than their share of the total are closed (see Hub).
 */
export class Outbox {
  readonly #wire: Wire;
  readonly #budget: OutboxBudget;
  #first: Buffer | undefined = undefined;
  #more: Buffer[] | undefined = undefined;
  #pendingBytes = 0;
  #countedBytes = 0;

  constructor(wire: Wire, budget: OutboxBudget) {
    this.#wire = wire;
    this.#budget = budget;
  }

  /** Whether durable pushes must wait for the client to read. */
  get isBehind(): boolean {
    const buffered = this.#wire.bufferedBytes;
    if (this.#pendingBytes + buffered > this.#budget.softBytes) return true;
    return buffered > 0 && this.#budget.isExceeded;
  }

  /** Whether enough was read that a catch-up may go on; never while `isBehind`. */
  get hasRoom(): boolean {
    const buffered = this.#wire.bufferedBytes;
    if (this.#pendingBytes + buffered > this.#budget.softBytes / 4) return false;
    return buffered === 0 || !this.#budget.isExceeded;
  }

  /** Whether this one holds more than its share of the total. */
  get isOverShare(): boolean {
    return this.#countedBytes > this.#budget.fairShareBytes;
  }

  /** Takes bytes, unless the client is too far behind for their class. */
  push(bytes: Buffer, pushClass: PushClass): OutboxVerdict {
    const buffered = this.#wire.bufferedBytes;
    const waiting = this.#pendingBytes + buffered;
    if (waiting > 0) {
      const { softBytes, hardBytes } = this.#budget;
      if (waiting + bytes.length > hardBytes) return 'full';
      const isPressed = buffered > 0 && this.#budget.isExceeded;
      if (pushClass === 'ephemeral' && (isPressed || waiting > softBytes / 2)) return 'dropped';
      if (pushClass === 'durable' && (isPressed || waiting > softBytes)) return 'lagging';
    }
    this.force(bytes);
    return 'queued';
  }

  /** Takes bytes in any case: the last words to a client. */
  force(bytes: Buffer): void {
    if (this.#first === undefined) this.#first = bytes;
    else if (this.#more === undefined) this.#more = [this.#first, bytes];
    else this.#more.push(bytes);
    this.#pendingBytes += bytes.length;
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
    this.#count(this.#wire.bufferedBytes);
  }

  /** Forgets everything; the connection is gone. */
  discard(): void {
    this.#first = undefined;
    this.#more = undefined;
    this.#pendingBytes = 0;
    this.#count(0);
  }

  #count(buffered: number): void {
    const counted = this.#countedBytes;
    if (buffered === counted) return;
    this.#budget.waitingBytes += buffered - counted;
    if (counted === 0) this.#budget.waitingOutboxes++;
    else if (buffered === 0) this.#budget.waitingOutboxes--;
    this.#countedBytes = buffered;
  }
}
