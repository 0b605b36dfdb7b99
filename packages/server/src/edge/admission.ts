import { isLoopback } from '../kernel/addresses.ts';
import type { Log } from '../kernel/log.ts';

/** The place of one connection among those without a user. */
export class AdmissionTicket {
  readonly address: string;
  #admission: Admission | undefined;

  constructor(admission: Admission, address: string) {
    this.#admission = admission;
    this.address = address;
  }

  /** Gives the place back: the connection has a user now, or it is gone. Safe to repeat. */
  leave(): void {
    this.#admission?.leave(this.address);
    this.#admission = undefined;
  }
}

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

  /** A place for one more of this address; undefined when there are too many. */
  enter(address: string): AdmissionTicket | undefined {
    const count = this.#perAddress.get(address) ?? 0;
    if (this.#total >= this.#maxTotal) return undefined;
    if (count >= this.#maxPerAddress) {
      if (!isLoopback(address)) return undefined;
      this.#warnOnce(address);
    }
    this.#perAddress.set(address, count + 1);
    this.#total++;
    return new AdmissionTicket(this, address);
  }

  /** Called by tickets, once each. */
  leave(address: string): void {
    const count = this.#perAddress.get(address) ?? 0;
    if (count <= 1) this.#perAddress.delete(address);
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
