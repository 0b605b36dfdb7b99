import type { ServerResponse } from 'node:http';

/** Counts requests that are being answered, so that a stop can wait for them. */
export class OpenRequests {
  #count = 0;
  #isDraining = false;
  #onEmpty: (() => void) | undefined;

  /** Whether new requests are to be refused. */
  get isDraining(): boolean {
    return this.#isDraining;
  }

  /** Counts a request until its answer is out or its client gone. */
  add(answer: ServerResponse): void {
    this.#count++;
    answer.once('close', () => {
      this.#count--;
      if (this.#count === 0) this.#onEmpty?.();
    });
  }

  /** Resolves when nothing is being answered any more, or after a time. */
  async drain(maxWaitMs: number): Promise<void> {
    this.#isDraining = true;
    if (this.#count === 0) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, maxWaitMs);
      this.#onEmpty = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
