import type { Push, PushClass } from '@parley/protocol';

/** How one kind of connection frames a message. One object per format, shared by all its connections. */
export interface WireFormat {
  readonly name: string;
  /** Place of this format's bytes in each message's cache; unique per format, from 0. */
  readonly slot: number;
  /** The whole message as it goes on the wire. */
  encode(json: string): Buffer;
}

/**
 * A message on its way to many connections. It is turned into text once and into bytes once per wire format, when the
 * first connection of that format needs it; every connection writes the same bytes.
 */
export class Outgoing {
  readonly message: Push;
  readonly class: PushClass;
  /** Whether clients that never said `hello` get it. */
  readonly isFrozen: boolean;
  #json: string | undefined;
  readonly #bytes: (Buffer | undefined)[] = [];

  constructor(message: Push, options: { readonly class: PushClass; readonly isFrozen: boolean }) {
    this.message = message;
    this.class = options.class;
    this.isFrozen = options.isFrozen;
  }

  /** The bytes of this message in a format; the caller must not change them. */
  bytes(format: WireFormat): Buffer {
    const known = this.#bytes[format.slot];
    if (known !== undefined) return known;
    this.#json ??= JSON.stringify(this.message);
    const bytes = format.encode(this.#json);
    this.#bytes[format.slot] = bytes;
    return bytes;
  }
}
