type Listener<Args extends readonly unknown[]> = (...args: Args) => void;

/** Listeners by event. One that throws does not keep the others, or the client, from going on: it throws on its own. */
export class Listeners<Events extends { readonly [K in keyof Events]: readonly unknown[] }> {
  readonly #byEvent = new Map<keyof Events, Set<Listener<never>>>();

  /** Adds a listener; the returned function takes it away. */
  on<E extends keyof Events>(event: E, listener: Listener<Events[E]>): () => void {
    const listeners = this.#byEvent.get(event) ?? new Set();
    this.#byEvent.set(event, listeners.add(listener));
    return () => void listeners.delete(listener);
  }

  /** Calls every listener of an event, in the order in which they were added. */
  emit<E extends keyof Events>(event: E, ...args: Events[E]): void {
    for (const listener of this.#byEvent.get(event) ?? []) {
      try {
        (listener as Listener<Events[E]>)(...args);
      } catch (failure) {
        queueMicrotask(() => {
          throw failure;
        });
      }
    }
  }
}
