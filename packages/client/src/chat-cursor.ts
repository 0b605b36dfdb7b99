import type { Push } from '@parley/protocol';

/** A stretch of a chat's log that arrived. */
export interface Stretch {
  /** First and last seq; the same unless it is a gap. */
  readonly from: number;
  readonly to: number;
  /** What to hand on; undefined for what a reply has told already. */
  readonly push: Push | undefined;
  /** The reader joined with it: nothing before it is theirs. */
  readonly isStart: boolean;
}

/** Stands for what happened while the reader was not in the chat; whoever hands it on fills in where. */
const ABSENCE: Push = { type: 'gap', payload: { reason: 'absent' } };

/** Events that wait for an earlier one; beyond it all are let go, and `sync` brings them again. */
const WAITING_MAX = 500;

/**
 * Puts one chat's log in order: each seq once, ascending, whatever order it arrives in.
 *
 *     seq <= cursor      known already, dropped
 *     seq == cursor + 1  handed on, with whatever waited for it
 *     seq >  cursor + 1  waits until the hole before it is filled
 */
export class ChatCursor {
  #seq = 0;
  #isStarted = false;
  #headSeq = 0;
  #waiting: Stretch[] = [];

  /** Whether the reader has left the chat, so that nothing more is to come. */
  isLeft = false;

  /** Everything up to here was handed on. */
  get seq(): number {
    return this.#seq;
  }

  /** False while it is not known with which seq the reader's part of the log begins. */
  get isStarted(): boolean {
    return this.#isStarted;
  }

  /** Whether something is known to be missing. */
  get isBehind(): boolean {
    return !this.#isStarted || this.#waiting.length > 0 || this.#headSeq > this.#seq;
  }

  /** Notes that the log reaches at least to here. */
  noteHead(seq: number): void {
    this.#headSeq = Math.max(this.#headSeq, seq);
  }

  /** Begins after `seq`, unless it has begun. Returns what waited and comes now. */
  start(seq: number): Stretch[] {
    if (this.#isStarted) return [];
    this.#isStarted = true;
    this.#seq = seq;
    return this.#release();
  }

  /** Takes what arrived; returns what can be handed on now, in order. */
  take(stretch: Stretch): Stretch[] {
    if (!this.#isStarted && (stretch.from <= 1 || stretch.isStart)) {
      this.#seq = stretch.from - 1;
      this.#isStarted = true;
    }
    this.#waiting.push(stretch);
    if (!this.#isStarted || (stretch.from > this.#seq + 1 && !stretch.isStart)) {
      this.#boundWaiting();
      return [];
    }
    return stretch.isStart ? this.#skipTo(stretch.from - 1) : this.#release();
  }

  /** The reader was not in the chat between the cursor and here. */
  #skipTo(seq: number): Stretch[] {
    if (seq <= this.#seq) return this.#release();
    const absence: Stretch = { from: this.#seq + 1, to: seq, push: ABSENCE, isStart: false };
    this.#seq = seq;
    return [absence, ...this.#release()];
  }

  #release(): Stretch[] {
    const released: Stretch[] = [];
    for (;;) {
      this.#waiting = this.#waiting.filter(({ to }) => to > this.#seq);
      const next = this.#waiting.find(({ from }) => from <= this.#seq + 1);
      if (next === undefined) return released;
      released.push({ ...next, from: this.#seq + 1 });
      this.#seq = next.to;
    }
  }

  #boundWaiting(): void {
    if (this.#waiting.length <= WAITING_MAX) return;
    for (const { to } of this.#waiting) this.noteHead(to);
    this.#waiting = [];
  }
}
