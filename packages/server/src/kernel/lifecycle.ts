/** A long-lived part of the server. `stop` is safe to call twice and after a failed `start`. */
export interface Service {
  readonly name: string;
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** Undoes one acquisition. */
export type Release = () => void | Promise<void>;

/**
 * Collects the undo of each acquisition and runs them backwards. One that fails does not keep the others from
 * running; the first failure is rethrown at the end.
 */
export class Releasers {
  readonly #releases: Release[] = [];

  /** Registers an undo. */
  add(release: Release): void {
    this.#releases.push(release);
  }

  /** Runs every undo, newest first, each once. */
  async releaseAll(): Promise<void> {
    const failures: unknown[] = [];
    for (let release = this.#releases.pop(); release !== undefined; release = this.#releases.pop()) {
      try {
        await release();
      } catch (failure) {
        failures.push(failure);
      }
    }
    if (failures.length > 0) throw failures[0];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.releaseAll();
  }
}
