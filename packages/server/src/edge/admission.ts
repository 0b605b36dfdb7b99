import { isLoopback } from '../kernel/addresses.ts';
import type { Log } from '../kernel/log.ts';

/**
 * Counts the connections nobody has signed in on, per address and in total, so that strangers cannot use the server up.
 * Loopback peers have no cap per address: a proxy on the same host speaks for everybody; the first time there are more
 * than the cap, the log says which setting tells them apart.
 */
export class Admission {
  readonly #perAddress = new Map<string, number>();
  readonly #maxPerAddress: number;
  readonly #maxTotal: number;
  readonly #log: Log;
  #total = 0;
  #hasWarned = false;

  constructor(options: { readonly maxPerAddress: number; readonly maxTotal: number; readonly log: Log }) {
    this.#maxPerAddress = options.maxPerAddress;
    this.#maxTotal = options.maxTotal;
    this.#log = options.log;
  }

  /** Connections without a user now. */
  get total(): number {
    return this.#total;
  }

  /** Enters one more of this address. False: there are too many, and it is not counted. */
  enter(address: string): boolean {
    const count = this.#perAddress.get(address) ?? 0;
    if (this.#total >= this.#maxTotal) return false;
    if (count >= this.#maxPerAddress) {
      if (!isLoopback(address)) return false;
      this.#warnOnce(address);
    }
    this.#perAddress.set(address, count + 1);
    this.#total++;
    return true;
  }

  /** Takes out one that was entered: it has a user now, or it is gone. */
  leave(address: string): void {
    const count = this.#perAddress.get(address);
    if (count === undefined) return;
    if (count === 1) this.#perAddress.delete(address);
    else this.#perAddress.set(address, count - 1);
    this.#total--;
  }

  #warnOnce(address: string): void {
    if (this.#hasWarned) return;
    this.#hasWarned = true;
    this.#log.warn(
      { address },
      `More than ${this.#maxPerAddress} connections without a user come from ${address}. If a proxy runs there, add the line TRUSTED_PROXIES=${address} and let it send the PROXY protocol, so that each client counts by its own address.`,
    );
  }
}
