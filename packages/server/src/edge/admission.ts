import { isLoopback, networkOf } from '../kernel/addresses.ts';
import type { Log } from '../kernel/log.ts';

/** The place of one connection among those without a user. */
export class AdmissionTicket {
  #address: string;
  #admission: Admission | undefined;

  constructor(admission: Admission, address: string) {
    this.#admission = admission;
    this.#address = address;
  }

  /** Where the connection comes from, as far as it is known by now. */
  get address(): string {
    return this.#address;
  }

  /** Counts the connection by its client instead of its proxy. False, and nothing changes, when that client has too many. */
  moveTo(address: string): boolean {
    const admission = this.#admission;
    if (address === this.#address || admission === undefined) return true;
    admission.leave(this.#address);
    const hasPlace = admission.take(address);
    if (hasPlace) this.#address = address;
    else admission.take(this.#address);
    return hasPlace;
  }

  /** Gives the place back: the connection has a user now, or it is gone. Safe to repeat. */
  leave(): void {
    this.#admission?.leave(this.#address);
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
    return this.take(address) ? new AdmissionTicket(this, address) : undefined;
  }

  /** Counts one more; for tickets. */
  take(address: string): boolean {
    const network = networkOf(address);
    const count = this.#perAddress.get(network) ?? 0;
    if (this.#total >= this.#maxTotal) return false;
    if (count >= this.#maxPerAddress) {
      if (!isLoopback(address)) return false;
      this.#warnOnce(address);
    }
    this.#perAddress.set(network, count + 1);
    this.#total++;
    return true;
  }

  /** Counts one less; for tickets. */
  leave(address: string): void {
    const network = networkOf(address);
    const count = this.#perAddress.get(network) ?? 0;
    if (count <= 1) this.#perAddress.delete(network);
    else this.#perAddress.set(network, count - 1);
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
