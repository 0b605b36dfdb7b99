import { fileURLToPath } from 'node:url';
import type { LoadAnswer, LoadCommand, LoadSetup, RoundResult } from '../load/load-spec.ts';
import { Child, type Cores } from './child.ts';

const MAIN = fileURLToPath(new URL('../load/main.ts', import.meta.url));
const OPEN_TIMEOUT_MS = 60_000;
/** Time that a round may take beyond its duration, to finish what is under way. */
const ROUND_GRACE_MS = 30_000;

/** A process that puts load on one server. */
export class LoadProcess {
  readonly #child: Child;

  private constructor(child: Child) {
    this.#child = child;
  }

  /** Starts it and opens its connections. */
  static async open(setup: LoadSetup, cores: Cores): Promise<LoadProcess> {
    const load = new LoadProcess(
      Child.start({
        name: `load on ${setup.target.dialect}`,
        command: process.execPath,
        args: ['--conditions=parley-source', MAIN, JSON.stringify(setup)],
        cores,
        hasChannel: true,
      }),
    );
    try {
      await load.#call({ command: 'open' }, OPEN_TIMEOUT_MS);
    } catch (error) {
      load.close();
      throw error;
    }
    return load;
  }

  /** One round of load. Rejects when the load had to give up. */
  async round(durationMs: number): Promise<RoundResult> {
    const { round } = await this.#call({ command: 'round', durationMs }, durationMs + ROUND_GRACE_MS);
    if (round === undefined) throw new Error('The load answered a round without a result.');
    return round;
  }

  /** Ends it and all its connections. */
  close(): void {
    this.#child.kill();
  }

  async #call(command: LoadCommand, timeoutMs: number): Promise<LoadAnswer & { readonly isOk: true }> {
    const { process } = this.#child;
    const { promise, resolve, reject } = Promise.withResolvers<LoadAnswer>();
    const timer = setTimeout(() => reject(new Error(`no answer from the load within ${timeoutMs} ms`)), timeoutMs);
    process.once('message', resolve);
    void this.#child.ended.then((how) => reject(new Error(`The load ended with ${how}: ${this.#child.output}`)));
    process.send(command);
    try {
      const answer = await promise;
      if (!answer.isOk) throw new Error(answer.reason);
      return answer;
    } finally {
      clearTimeout(timer);
      process.removeListener('message', resolve);
    }
  }
}
