/** Counts and durations of one command type. */
export class CommandCounter {
  readonly type: string;
  received = 0;
  failed = 0;
  /** One count per bucket of DURATION_BOUNDS_S, and one beyond. */
  readonly durationCounts: Float64Array = new Float64Array(DURATION_BOUNDS_S.length + 1);
  durationSumS = 0;

  constructor(type: string) {
    this.type = type;
  }

  /** Notes how long one took. */
  observeMs(durationMs: number): void {
    const seconds = durationMs / 1000;
    let bucket = 0;
    while (bucket < DURATION_BOUNDS_S.length && seconds > (DURATION_BOUNDS_S[bucket] as number)) bucket++;
    (this.durationCounts as { [index: number]: number })[bucket] = (this.durationCounts[bucket] as number) + 1;
    this.durationSumS += seconds;
  }
}

/** Upper bounds of the duration buckets, in seconds. */
export const DURATION_BOUNDS_S: readonly number[] = [
  0.0001, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5,
];

/** Plain numbers that the hot path adds to; metrics read them when they are asked. */
export class SessionCounters {
  readonly commands = new Map<string, CommandCounter>();
  /** Live pushes by type, one for each connection that one was for; what is read from the log is not counted. */
  readonly sent = new Map<string, number>();
  readonly closed = new Map<string, number>();
  readonly rateLimited = { frame: 0, message: 0 };
  readonly slowConsumers = { dropped: 0, lagging: 0, closed: 0 };
  bytesIn = 0;
  bytesOut = 0;
  recoveries = 0;

  /** The counter of a command type; types come from the catalogue, so the map stays small. */
  command(type: string): CommandCounter {
    let counter = this.commands.get(type);
    if (counter === undefined) {
      counter = new CommandCounter(type);
      this.commands.set(type, counter);
    }
    return counter;
  }

  /** Adds deliveries of a message type; again types are ours. */
  countSent(type: string, deliveries: number): void {
    this.sent.set(type, (this.sent.get(type) ?? 0) + deliveries);
  }

  /** Counts the end of a connection. The key is `<code> <initiator> <reason>`; codes that clients make up count as one. */
  countClosed(code: number, initiator: 'client' | 'server', reason: string): void {
    const key = `${reason === 'other' ? 'other' : code} ${initiator} ${reason}`;
    this.closed.set(key, (this.closed.get(key) ?? 0) + 1);
  }
}
