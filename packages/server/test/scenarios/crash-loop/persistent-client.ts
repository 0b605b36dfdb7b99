import { setTimeout as sleep } from 'node:timers/promises';
import type { Received } from '../../support/inbox.ts';
import type { TestClient } from '../../support/test-client.ts';

/** Opens a signed-in connection whose messages go to `observe`. */
export type Connect = (observe: (message: Received) => void) => Promise<TestClient>;

const RETRY_MIN_MS = 20;
const RETRY_SPREAD_MS = 60;
/** Longer than any run. */
const FOREVER_MS = 3_600_000;

/** A client that comes back after each lost connection and goes on where it was. */
export abstract class PersistentClient {
  readonly name: string;
  /** Connections that were opened. */
  connections = 0;
  /** What must never happen. */
  readonly violations: string[] = [];
  readonly #connect: Connect;
  #client: TestClient | undefined;
  #isStopped = false;
  #absence: Promise<unknown> = Promise.resolve();
  #life: Promise<void> = Promise.resolve();

  constructor(name: string, connect: Connect) {
    this.name = name;
    this.#connect = connect;
  }

  /** Begins to connect, and never gives up. */
  start(): void {
    this.#life = this.#live();
  }

  /** Ends the connection and the reconnecting. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#client?.cut();
    await this.#life;
  }

  /** Loses the connection on purpose, with what is under way, and comes back when the promise has settled. */
  leave(absence: Promise<unknown> = Promise.resolve()): void {
    this.#absence = absence;
    this.#client?.cut();
  }

  /** The open connection. */
  protected get client(): TestClient | undefined {
    return this.#client;
  }

  /** The connection is gone; messages of the next one may come before `resume`. */
  protected abstract lost(): void;
  /** A message arrived. */
  protected abstract receive(message: Received): void;
  /** The connection is open: go on where the last one ended. It may be lost at any point. */
  protected abstract resume(client: TestClient): Promise<void>;

  async #live(): Promise<void> {
    while (!this.#isStopped) {
      const client = await this.#connect((message) => this.receive(message)).catch(() => undefined);
      if (client === undefined) {
        await sleep(RETRY_MIN_MS + Math.random() * RETRY_SPREAD_MS);
        continue;
      }
      this.connections++;
      this.#client = client;
      if (this.#isStopped) client.cut();
      const end = client.ended(FOREVER_MS);
      // a connection that is lost meanwhile fails the resumption; anything else is a fault
      const failure = await Promise.race([
        this.resume(client).catch((reason: unknown) => reason),
        end.then(() => undefined),
      ]);
      if (failure instanceof Error && !/connection (had )?ended/.test(failure.message)) {
        this.violations.push(`${this.name}: ${failure.message}`);
        client.cut();
      }
      await end;
      this.#client = undefined;
      this.lost();
      await this.#absence;
    }
  }
}
