import { advanceUtf8, UTF8_BOUNDARY, UTF8_INVALID, type Utf8State } from './utf8-stream.ts';

/** First capacity: holds most messages that a read boundary cuts, and is all that a mere announcement can cost. */
const FIRST_CAPACITY_BYTES = 1024;
/** Up to this many bytes a loop is faster than Buffer#copy. */
const MAX_LOOP_COPY_BYTES = 64;

/**
 * A message that arrives in pieces (fragments, or one frame over several reads), copied into one buffer so that it
 * pins no read slab. The buffer grows with what has really arrived, not with what was announced nor with the number
 * of pieces: it never holds more than twice the bytes received (and 1 KiB), nor more than `maxBytes`.
 */
export class MessageAssembly {
  readonly isText: boolean;
  readonly #maxBytes: number;
  #buffer: Buffer | undefined;
  #length = 0;
  #utf8: Utf8State = UTF8_BOUNDARY;

  constructor(isText: boolean, maxBytes: number) {
    this.isText = isText;
    this.#maxBytes = maxBytes;
  }

  /** Bytes of the message so far. */
  get length(): number {
    return this.#length;
  }

  /** Bytes of memory held. */
  get retainedBytes(): number {
    return this.#buffer === undefined ? 0 : this.#buffer.length;
  }

  /**
   * Adds `bytes[start, end)`; the caller has checked that the sum stays within `maxBytes`. Returns false when this
   * makes the text invalid UTF-8. `isAscii` says that all these bytes are known to be ASCII.
   */
  append(bytes: Buffer, start: number, end: number, isAscii: boolean): boolean {
    if (start === end) return true;
    if (this.isText && !(isAscii && this.#utf8 === UTF8_BOUNDARY)) {
      this.#utf8 = advanceUtf8(this.#utf8, bytes, start, end);
      if (this.#utf8 === UTF8_INVALID) return false;
    }
    const target = this.#reserve(end - start);
    if (end - start > MAX_LOOP_COPY_BYTES) bytes.copy(target, this.#length, start, end);
    else for (let from = start, to = this.#length; from < end; from++, to++) target[to] = bytes[from] as number;
    this.#length += end - start;
    return true;
  }

  /** False while the text ends inside a character. */
  isComplete(): boolean {
    return this.#utf8 === UTF8_BOUNDARY;
  }

  /** The message, without a copy; the assembly is not used again. */
  take(): Buffer {
    return this.#buffer === undefined ? Buffer.alloc(0) : this.#buffer.subarray(0, this.#length);
  }

  /** Makes room for `extraBytes` more. Slow buffers, because pooled ones would pin their pool. */
  #reserve(extraBytes: number): Buffer {
    const neededBytes = this.#length + extraBytes;
    const old = this.#buffer;
    if (old !== undefined && old.length >= neededBytes) return old;
    const roomyBytes = old === undefined ? FIRST_CAPACITY_BYTES : old.length * 2;
    const grown = Buffer.allocUnsafeSlow(Math.max(neededBytes, Math.min(roomyBytes, this.#maxBytes)));
    if (old !== undefined) old.copy(grown, 0, 0, this.#length);
    this.#buffer = grown;
    return grown;
  }
}
