/** Remembers at most `maxSize` texts; the one not used for longest goes first. */
export class BoundedSet {
  readonly #maxSize: number;
  readonly #onEvict: (key: string) => void;
  readonly #keys = new Set<string>();
  /** Stands before the key not used for longest: a new iterator would walk over all the places of those that are gone. */
  #ages = this.#keys.values();

  constructor(maxSize: number, onEvict: (key: string) => void = () => undefined) {
    this.#maxSize = maxSize;
    this.#onEvict = onEvict;
  }

  get size(): number {
    return this.#keys.size;
  }

  has(key: string): boolean {
    return this.#keys.has(key);
  }

  /** Adds a key, or marks it as used just now. */
  use(key: string): void {
    this.#keys.delete(key);
    this.#keys.add(key);
    if (this.#keys.size <= this.#maxSize) return;
    let oldest = this.#ages.next();
    if (oldest.done === true) {
      this.#ages = this.#keys.values();
      oldest = this.#ages.next();
    }
    if (oldest.done === true) return;
    this.#keys.delete(oldest.value);
    this.#onEvict(oldest.value);
  }

  delete(key: string): void {
    this.#keys.delete(key);
  }
}
