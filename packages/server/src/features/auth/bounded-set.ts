/** Remembers at most `maxSize` texts; the one not used for longest goes first. */
export class BoundedSet {
  readonly #maxSize: number;
  readonly #onEvict: (key: string) => void;
  readonly #keys = new Set<string>();

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
    const [oldest] = this.#keys;
    if (oldest === undefined) return;
    this.#keys.delete(oldest);
    this.#onEvict(oldest);
  }

  delete(key: string): void {
    this.#keys.delete(key);
  }
}
