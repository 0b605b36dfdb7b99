/** In place of a seq: nothing has been skipped, so the connection has every event there was. */
const LIVE = -1;

/** A sync that waits for its chats to reach their heads. */
export interface SyncTicket {
  readonly heads: ReadonlyMap<string, number>;
  /** Chats that have not reached their heads, and one for the reply that goes first. */
  pending: number;
}

/** What a sync was granted in one chat. */
export interface Grant {
  /** Syncs of a connection count up; of several under way the latest decides where reading begins. */
  readonly rank: number;
  readonly afterSeq: number;
  readonly headSeq: number;
  /** Events to replay at most; the rest becomes a gap. */
  readonly maxEvents: number;
  readonly ticket: SyncTicket;
}

/**
 * Where a connection is in one chat that it follows from the log instead of live. No I/O.
 *
 *     live ── sync registered ──> waiting ── heads known ──> reading ── target reached ──> done ── a newer event ──> live
 *       '── too slow for an event ────────────────────────────^
 *
 * Reading and live delivery overlap: a commit may show in the log before its live event arrives. That is why `done` is
 * kept for a while, to recognise late ones. Live events that arrive while waiting or reading are skipped and only move
 * the target. A sync that comes to nothing leaves the chat as it was.
 */
export class FollowedChat {
  /** Everything up to here was sent, told as a gap or answered by a reply; LIVE while nothing has been skipped. */
  sentSeq: number;
  /** The log must be read to here. */
  #targetSeq: number;
  /** Syncs whose heads are not known yet; nothing is read meanwhile. */
  #waiting = 0;
  /** The latest sync that was granted while others were waiting. */
  #granted: Grant | undefined = undefined;
  /** Grants whose heads are not reached. */
  #claims: Grant[] = [];
  /** Events that may still be replayed for them. */
  #budget = Number.POSITIVE_INFINITY;
  /** Events beyond `sentSeq` that this connection caused: their replies told them. */
  #ownSeqs: Set<number> | undefined = undefined;
  /** Was done at the last heartbeat already. */
  isStale = false;

  constructor(sentSeq: number = LIVE, targetSeq: number = sentSeq) {
    this.sentSeq = sentSeq;
    this.#targetSeq = targetSeq;
  }

  get state(): 'live' | 'waiting' | 'reading' | 'done' {
    if (this.#waiting > 0) return 'waiting';
    if (this.sentSeq === LIVE) return 'live';
    return this.sentSeq < this.#targetSeq ? 'reading' : 'done';
  }

  /** Registers a sync; `grant` or `refuse` follows. */
  wait(): void {
    this.#waiting++;
    this.isStale = false;
  }

  /** The sync is not for this chat after all. */
  refuse(): void {
    this.#waiting--;
    this.#resume();
  }

  /** The sync may read. */
  grant(grant: Grant): void {
    this.#waiting--;
    this.#claims.push(grant);
    this.#targetSeq = Math.max(this.#targetSeq, grant.headSeq);
    if (this.#granted === undefined || grant.rank > this.#granted.rank) this.#granted = grant;
    this.#resume();
  }

  /** Notes a live event that is not sent. */
  skip(seq: number): void {
    if (this.sentSeq === LIVE) this.sentSeq = seq - 1;
    this.#targetSeq = Math.max(this.#targetSeq, seq);
  }

  /** Notes an event that this connection is told by a reply; like live events, they come in order. */
  noteOwn(seq: number): void {
    if (this.state === 'done') this.#targetSeq = this.sentSeq = Math.max(this.sentSeq, seq);
    else (this.#ownSeqs ??= new Set()).add(seq);
  }

  /** Whether an event read from the log was told by a reply. */
  isOwn(seq: number): boolean {
    return this.#ownSeqs?.has(seq) === true;
  }

  /** How many events to read next. */
  pageLimit(maxEvents: number): number {
    return Math.min(maxEvents, this.#budget, this.#targetSeq - this.sentSeq);
  }

  /** An event is beyond what may be sent now; its live event is still to come. */
  isBeyond(seq: number): boolean {
    return seq > this.#targetSeq;
  }

  /** Everything up to here was sent; `events` of it count against the limit. */
  advance(seq: number, events: number): void {
    this.sentSeq = Math.max(this.sentSeq, seq);
    this.#budget -= events;
  }

  /** The log shows nothing more: the reader may no longer see the rest. */
  giveUp(): void {
    this.sentSeq = this.#targetSeq;
  }

  /** Skips what is over the limit. Returns where that ends; undefined while the limit is not reached. */
  cutOff(): number | undefined {
    if (this.#budget > 0 || this.#claims.length === 0) return undefined;
    this.sentSeq = Math.max(this.sentSeq, ...this.#claims.map(({ headSeq }) => headSeq));
    return this.sentSeq;
  }

  /** Takes the syncs whose heads have been reached. */
  takeReached(): readonly SyncTicket[] {
    if (this.state === 'done') this.#absorbOwn();
    if (this.#claims.length === 0 || this.#waiting > 0) return [];
    const reached = this.#claims.filter(({ headSeq }) => headSeq <= this.sentSeq);
    this.#claims = this.#claims.filter(({ headSeq }) => headSeq > this.sentSeq);
    // what came since the sync is followed without a limit
    if (this.#claims.length === 0) this.#budget = Number.POSITIVE_INFINITY;
    return reached.map(({ ticket }) => ticket);
  }

  /** Own events beyond the target follow it without a hole, since everything comes in order. */
  #absorbOwn(): void {
    const own = this.#ownSeqs;
    this.#ownSeqs = undefined;
    while (own?.has(this.sentSeq + 1) === true) this.sentSeq++;
    this.#targetSeq = Math.max(this.#targetSeq, this.sentSeq);
  }

  #resume(): void {
    const granted = this.#granted;
    if (this.#waiting > 0 || granted === undefined) return;
    this.#granted = undefined;
    this.sentSeq = granted.afterSeq;
    this.#budget = granted.maxEvents;
  }
}
