/**
 * One entry of the wheel. Whoever needs a deadline is its own entry: no timer object, no closure per connection.
 * The fields belong to the wheel.
 */
export interface WheelEntry {
  wheelNext: WheelEntry | undefined;
  wheelPrevious: WheelEntry | undefined;
  /** Tick at which it is due; -1 while not in the wheel. */
  wheelTick: number;
  /** Called once when due; the entry is out of the wheel then and may be scheduled again. */
  onDue(): void;
}

/**
 * A hashed timing wheel: one interval serves every deadline of every connection. Scheduling, rescheduling and
 * cancelling cost the same whatever their number. A deadline is met at the first tick at or after it, so up to one
 * tick late and never early.
 *
 *   slot 0   1   2   3  ...  511        an entry due at tick t waits in slot t mod 512;
 *        |       |                      each tick walks one slot and leaves entries of later rounds
 *        e - e   e
 */
export class TimingWheel {
  readonly tickMs: number;
  readonly #slots: (WheelEntry | undefined)[];
  readonly #monotonic: () => number;
  readonly #startedAtMs: number;
  readonly #report: (failure: unknown) => void;
  #tick = 0;
  #timer: NodeJS.Timeout | undefined;
  #size = 0;

  constructor(options: {
    readonly tickMs: number;
    readonly monotonic: () => number;
    readonly slots?: number;
    /** Told about an entry that throws; the others are not held up. By default it is thrown on. */
    readonly report?: (failure: unknown) => void;
  }) {
    this.tickMs = options.tickMs;
    this.#slots = new Array<WheelEntry | undefined>(options.slots ?? 512).fill(undefined);
    this.#monotonic = options.monotonic;
    this.#startedAtMs = options.monotonic();
    this.#report = options.report ?? rethrow;
  }

  /** How many deadlines are pending. */
  get size(): number {
    return this.#size;
  }

  /** Starts the one interval. It does not keep the process alive. */
  start(): void {
    this.#timer ??= setInterval(() => this.advance(), this.tickMs).unref();
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  /** Makes the entry due after `delayMs`, instead of any deadline it had. */
  schedule(entry: WheelEntry, delayMs: number): void {
    if (entry.wheelTick >= 0) this.#unlink(entry);
    const elapsedMs = this.#monotonic() - this.#startedAtMs;
    const tick = Math.max(this.#tick + 1, Math.ceil((elapsedMs + delayMs) / this.tickMs));
    entry.wheelTick = tick;
    this.#link(entry);
  }

  /** Takes the entry out; nothing happens if it is not in. */
  cancel(entry: WheelEntry): void {
    if (entry.wheelTick < 0) return;
    this.#unlink(entry);
    entry.wheelTick = -1;
  }

  /** Walks to the present and calls what is due, also when ticks were missed. */
  advance(): void {
    const target = Math.floor((this.#monotonic() - this.#startedAtMs) / this.tickMs);
    while (this.#tick < target) {
      this.#tick++;
      this.#runSlot(this.#tick);
    }
  }

  #runSlot(tick: number): void {
    let entry = this.#slots[tick % this.#slots.length];
    const due: WheelEntry[] = [];
    for (; entry !== undefined; entry = entry.wheelNext) if (entry.wheelTick <= tick) due.push(entry);
    for (const each of due) {
      // an earlier one of this slot may have cancelled or rescheduled it
      if (each.wheelTick < 0 || each.wheelTick > tick) continue;
      this.cancel(each);
      try {
        each.onDue();
      } catch (failure) {
        this.#report(failure);
      }
    }
  }

  #link(entry: WheelEntry): void {
    const slot = entry.wheelTick % this.#slots.length;
    const head = this.#slots[slot];
    entry.wheelPrevious = undefined;
    entry.wheelNext = head;
    if (head !== undefined) head.wheelPrevious = entry;
    this.#slots[slot] = entry;
    this.#size++;
  }

  #unlink(entry: WheelEntry): void {
    if (entry.wheelPrevious === undefined) this.#slots[entry.wheelTick % this.#slots.length] = entry.wheelNext;
    else entry.wheelPrevious.wheelNext = entry.wheelNext;
    if (entry.wheelNext !== undefined) entry.wheelNext.wheelPrevious = entry.wheelPrevious;
    entry.wheelNext = undefined;
    entry.wheelPrevious = undefined;
    this.#size--;
  }
}

function rethrow(failure: unknown): never {
  throw failure;
}
