import type { Bus, BusEvent } from '../../ports/bus.ts';

/** The bus of a single node: an event reaches the receiver before `publish` returns. */
export class MemoryBus implements Bus {
  readonly #receivers = new Set<(event: BusEvent) => void>();

  publish(_shard: number, event: BusEvent): void {
    for (const receive of this.#receivers) receive(event);
  }

  subscribe(receive: (event: BusEvent) => void): () => void {
    this.#receivers.add(receive);
    return () => {
      this.#receivers.delete(receive);
    };
  }
}
