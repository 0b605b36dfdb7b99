import { isUtf8 } from 'node:buffer';

const LF = 0x0a;
const CR = 0x0d;

/** Who gets the lines. */
export interface LineSink {
  /** One line without its end; empty lines are left out. */
  onLine(text: string): void;
  /** The line is longer than allowed, or not UTF-8; nothing follows. */
  onLineRefused(problem: 'payload_too_large' | 'text_not_utf8'): void;
}

/**
 * Splits a byte stream into lines (`\n` or `\r\n`), without I/O. What is kept between reads is a copy of an unfinished
 * line, at most `maxLineBytes`; between lines nothing is kept.
 */
export class LineSplitter {
  readonly #maxLineBytes: number;
  #kept: Buffer | undefined = undefined;
  #keptBytes = 0;
  #isStopped = false;

  constructor(maxLineBytes: number) {
    this.#maxLineBytes = maxLineBytes;
  }

  /** Bytes of an unfinished line. */
  get retainedBytes(): number {
    return this.#kept?.length ?? 0;
  }

  /** Reads the next bytes; calls the sink for each line before it returns. */
  push(chunk: Buffer, sink: LineSink): void {
    let start = 0;
    while (!this.#isStopped) {
      const end = chunk.indexOf(LF, start);
      if (end < 0) return this.#keep(chunk.subarray(start), sink);
      this.#finishLine(chunk.subarray(start, end), sink);
      start = end + 1;
    }
  }

  /** The stream has ended: what stands after the last line end is a line too. */
  end(sink: LineSink): void {
    if (this.#keptBytes > 0) this.#finishLine(Buffer.alloc(0), sink);
  }

  /** Ends splitting, within a `push` too. */
  stop(): void {
    this.#isStopped = true;
    this.#kept = undefined;
    this.#keptBytes = 0;
  }

  #finishLine(rest: Buffer, sink: LineSink): void {
    let line = rest;
    if (this.#keptBytes > 0) {
      if (!this.#append(rest, sink)) return;
      line = (this.#kept as Buffer).subarray(0, this.#keptBytes);
      this.#kept = undefined;
      this.#keptBytes = 0;
    }
    if (line[line.length - 1] === CR) line = line.subarray(0, line.length - 1);
    if (line.length > this.#maxLineBytes) return this.#refuse('payload_too_large', sink);
    if (!isUtf8(line)) return this.#refuse('text_not_utf8', sink);
    const text = line.toString('utf8');
    if (text.trim() !== '') sink.onLine(text);
  }

  #keep(rest: Buffer, sink: LineSink): void {
    if (rest.length > 0) this.#append(rest, sink);
  }

  /** Copies bytes into the kept line, which doubles as it grows. False when the line became too long. */
  #append(bytes: Buffer, sink: LineSink): boolean {
    const total = this.#keptBytes + bytes.length;
    // one more for the CR that is cut off
    if (total > this.#maxLineBytes + 1) {
      this.#refuse('payload_too_large', sink);
      return false;
    }
    if (this.#kept === undefined || this.#kept.length < total) {
      const grown = Buffer.allocUnsafeSlow(
        Math.max(total, Math.min((this.#kept?.length ?? 0) * 2, this.#maxLineBytes + 1)),
      );
      this.#kept?.copy(grown, 0, 0, this.#keptBytes);
      this.#kept = grown;
    }
    bytes.copy(this.#kept, this.#keptBytes);
    this.#keptBytes = total;
    return true;
  }

  #refuse(problem: 'payload_too_large' | 'text_not_utf8', sink: LineSink): void {
    this.stop();
    sink.onLineRefused(problem);
  }
}
