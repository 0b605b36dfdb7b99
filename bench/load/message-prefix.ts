/** Recognises messages by how they begin, without decoding them. */
export class MessagePrefix {
  readonly #bytes: Buffer;

  constructor(prefix: string) {
    this.#bytes = Buffer.from(prefix, 'latin1');
  }

  /** Whether the message at `start` begins so. */
  matches(message: Buffer, start: number, end: number): boolean {
    const prefix = this.#bytes;
    if (end - start < prefix.length) return false;
    for (let at = 0; at < prefix.length; at++) if (message[start + at] !== prefix[at]) return false;
    return true;
  }
}
