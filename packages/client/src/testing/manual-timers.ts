import type { Timers } from '../timers.ts';

interface Timer {
  readonly dueMs: number;
  readonly run: () => void;
}

/** Timers that stand still until they are told to move. */
export class ManualTimers implements Timers {
  /** What chance gives; the middle, unless a test wants something else. */
  chance = 0.5;
  #nowMs = 0;
  readonly #timers = new Set<Timer>();

  now = (): number => this.#nowMs;
  random = (): number => this.chance;

  set(run: () => void, delayMs: number): Timer {
    const timer = { dueMs: this.#nowMs + delayMs, run };
    this.#timers.add(timer);
    return timer;
  }

  clear(timer: unknown): void {
    this.#timers.delete(timer as Timer);
  }

  /** How long until the next timer is due; undefined when there is none. */
  get nextInMs(): number | undefined {
    const [next] = this.#ordered();
    return next === undefined ? undefined : next.dueMs - this.#nowMs;
  }

  /** Moves on, running what becomes due in order, and lets everything settle that follows from it. */
  async pass(ms: number): Promise<void> {
    const untilMs = this.#nowMs + ms;
    await settled();
    for (let [next] = this.#ordered(); next !== undefined && next.dueMs <= untilMs; [next] = this.#ordered()) {
      this.#nowMs = next.dueMs;
      this.#timers.delete(next);
      next.run();
      await settled();
    }
    this.#nowMs = untilMs;
  }

  #ordered(): Timer[] {
    return [...this.#timers].sort((a, b) => a.dueMs - b.dueMs);
  }
}

/** Resolves when every promise that could settle has. */
export function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
