import { inspect } from 'node:util';

const SHOWN = '[secret]';

/** A configured secret. Logging, printing or serialising it shows `[secret]`; only `reveal` gives the text. */
export class SecretText {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  /** The text exactly as configured. Hand it on, never keep it in a field that is logged. */
  reveal(): string {
    return this.#text;
  }

  toString(): string {
    return SHOWN;
  }

  toJSON(): string {
    return SHOWN;
  }

  [inspect.custom](): string {
    return SHOWN;
  }
}
