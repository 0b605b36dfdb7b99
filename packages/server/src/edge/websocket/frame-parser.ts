import { isUtf8 } from 'node:buffer';
import { parseClosePayload } from './close-payload.ts';
import { FrameHeader, HEADER_INCOMPLETE, HEADER_REFUSED, MAX_HEADER_BYTES } from './frame-header.ts';
import type { FrameParserOptions } from './frame-parser-options.ts';
import type { FrameSink } from './frame-sink.ts';
import { FRAME_VIOLATIONS, type FrameViolation } from './frame-violations.ts';
import { MessageAssembly } from './message-assembly.ts';
import { MAX_CONTROL_PAYLOAD_BYTES, OPCODE } from './opcodes.ts';
import { rotateMaskKey, unmask } from './unmask.ts';

/** Room for any header, and for any whole control frame (whose header has at most 6 bytes). */
const MAX_CARRY_BYTES = Math.max(MAX_HEADER_BYTES, 6 + MAX_CONTROL_PAYLOAD_BYTES);

/** The start of a header or control frame whose rest comes with a later read. */
class Carry {
  readonly bytes: Buffer = Buffer.allocUnsafeSlow(MAX_CARRY_BYTES);
  length = 0;
}

/** Shared by all parsers: valid from `read` until a sink is called, which may run other parsers. */
const header = new FrameHeader();

/**
 * Turns the bytes of one connection into WebSocket events (RFC 6455), without I/O. Between messages it holds no
 * buffer; inside one it holds a copy of what has arrived, at most `maxPayloadBytes` and 131 bytes.
 *
 *            +---------------------- a sink's event ----------------------+
 *            v                                                            |
 *   idle --header--> data, whole here: unmasked in place, a view --------->|
 *            |------> data, cut or fragmented: assembled in #message ----->|
 *            +------> header or control frame, cut: #carry until whole --->+
 */
export class FrameParser {
  readonly #options: FrameParserOptions;
  #isStopped = false;
  #carry: Carry | undefined = undefined;
  /** The data frame whose payload is under way: bytes still missing, and the key for the next of them. */
  #frame: FrameHeader | undefined = undefined;
  /** The message that `#frame` belongs to, or an open fragmented one between its frames. */
  #message: MessageAssembly | undefined = undefined;
  #controlSecond = 0;
  #controlCount = 0;

  constructor(options: FrameParserOptions) {
    this.#options = options;
  }

  /** True after a close frame, a violation or `stop`: further bytes are ignored. */
  get isStopped(): boolean {
    return this.#isStopped;
  }

  /** Bytes of memory held for what is unfinished; 0 between messages. */
  get retainedBytes(): number {
    return (this.#carry === undefined ? 0 : MAX_CARRY_BYTES) + (this.#message?.retainedBytes ?? 0);
  }

  /**
   * Reads the next bytes of the connection and calls `sink` for each event before it returns. From here on the parser
   * owns `chunk` and unmasks in place. The sink may call `stop`, but not `push`. Never throws by itself; what the sink
   * throws passes through, and the parser must not be used again.
   */
  push(chunk: Buffer, sink: FrameSink): void {
    if (this.#isStopped) return;
    let at = 0;
    if (this.#frame !== undefined) at = this.#continuePayload(this.#frame, chunk, 0, sink);
    else if (this.#carry !== undefined) at = this.#continueCarry(this.#carry, chunk, sink);
    while (at < chunk.length && !this.#isStopped) at = this.#readFrame(chunk, at, sink);
  }

  /** Ends parsing, in the middle of a `push` too, and lets go of every buffer. */
  stop(): void {
    this.#isStopped = true;
    this.#carry = undefined;
    this.#frame = undefined;
    this.#message = undefined;
  }

  /** Handles the frame at `at`, or what there is of it; returns where the next one begins. */
  #readFrame(chunk: Buffer, at: number, sink: FrameSink): number {
    const headerBytes = header.read(chunk, at, chunk.length, this.#options.requireMask);
    if (headerBytes === HEADER_INCOMPLETE) return this.#keep(chunk, at);
    const violation = headerBytes === HEADER_REFUSED ? header.violation : this.#checkSequence();
    if (violation !== undefined) return this.#refuse(violation, sink);
    const start = at + headerBytes;
    if (header.isControl && start + header.payloadBytes > chunk.length) return this.#keep(chunk, at);
    return this.#takePayload(chunk, start, sink);
  }

  /** Handles the payload of `header` from `start` on, or what there is of it; returns where the next frame begins. */
  #takePayload(chunk: Buffer, start: number, sink: FrameSink): number {
    const end = start + header.payloadBytes;
    if (end > chunk.length) return this.#beginPayload(chunk, start, sink);
    this.#finishFrame(chunk, start, end, sink);
    return end;
  }

  /** What is wrong with the header in its place after the frames before it. */
  #checkSequence(): FrameViolation | undefined {
    if (header.isControl) return undefined;
    const isContinuation = header.opcode === OPCODE.continuation;
    if (isContinuation && this.#message === undefined) return FRAME_VIOLATIONS.continuation_unexpected;
    if (!isContinuation && this.#message !== undefined) return FRAME_VIOLATIONS.continuation_missing;
    const messageBytes = header.payloadBytes + (this.#message?.length ?? 0);
    return messageBytes > this.#options.maxPayloadBytes ? FRAME_VIOLATIONS.message_too_big : undefined;
  }

  /** The frame of `header`, its whole payload at `bytes[start, end)`. */
  #finishFrame(bytes: Buffer, start: number, end: number, sink: FrameSink): void {
    const { opcode, isFinal } = header;
    const isAscii = this.#options.requireMask && unmask(bytes, start, end, header.maskKey);
    if (header.isControl) this.#finishControl(opcode, bytes.subarray(start, end), sink);
    else if (isFinal && this.#message === undefined) {
      const payload = bytes.subarray(start, end);
      const isText = opcode === OPCODE.text;
      if (!isText || isAscii || isUtf8(payload)) sink.onMessage(payload, isText);
      else this.#refuse(FRAME_VIOLATIONS.text_not_utf8, sink);
    } else {
      const message = this.#openMessage();
      if (!message.append(bytes, start, end, isAscii)) this.#refuse(FRAME_VIOLATIONS.text_not_utf8, sink);
      else if (isFinal) this.#finishMessage(message, sink);
    }
  }

  #openMessage(): MessageAssembly {
    this.#message ??= new MessageAssembly(header.opcode === OPCODE.text, this.#options.maxPayloadBytes);
    return this.#message;
  }

  #finishMessage(message: MessageAssembly, sink: FrameSink): void {
    this.#message = undefined;
    if (message.isComplete()) sink.onMessage(message.take(), message.isText);
    else this.#refuse(FRAME_VIOLATIONS.text_not_utf8, sink);
  }

  #finishControl(opcode: number, payload: Buffer, sink: FrameSink): void {
    if (opcode === OPCODE.close) {
      this.stop();
      const close = parseClosePayload(payload);
      if ('closeCode' in close) sink.onViolation(close);
      else sink.onClose(close.code, close.reason);
    } else if (this.#isControlRateExceeded()) this.#refuse(FRAME_VIOLATIONS.control_rate_exceeded, sink);
    else if (opcode === OPCODE.ping) sink.onPing(payload);
    else sink.onPong(payload);
  }

  /** Counts in whole seconds of the clock, so two limits' worth may pass around a second's edge. */
  #isControlRateExceeded(): boolean {
    const second = Math.floor(this.#options.monotonic() / 1000);
    if (second !== this.#controlSecond) {
      this.#controlSecond = second;
      this.#controlCount = 0;
    }
    this.#controlCount++;
    return this.#controlCount > this.#options.maxControlFramesPerSecond;
  }

  /** The data frame of `header`, whose payload begins at `start` and goes on in a later read. */
  #beginPayload(chunk: Buffer, start: number, sink: FrameSink): number {
    this.#openMessage();
    this.#frame = header.copy();
    return this.#continuePayload(this.#frame, chunk, start, sink);
  }

  #continuePayload(frame: FrameHeader, chunk: Buffer, start: number, sink: FrameSink): number {
    const message = this.#message as MessageAssembly; // open as long as #frame is set
    const end = Math.min(chunk.length, start + frame.payloadBytes);
    const isAscii = this.#options.requireMask && unmask(chunk, start, end, frame.maskKey);
    if (!message.append(chunk, start, end, isAscii)) return this.#refuse(FRAME_VIOLATIONS.text_not_utf8, sink);
    frame.payloadBytes -= end - start;
    frame.maskKey = rotateMaskKey(frame.maskKey, end - start);
    if (frame.payloadBytes > 0) return end;
    this.#frame = undefined;
    if (frame.isFinal) this.#finishMessage(message, sink);
    return end;
  }

  #keep(chunk: Buffer, at: number): number {
    this.#carry = new Carry();
    this.#carry.length = chunk.copy(this.#carry.bytes, 0, at);
    return chunk.length;
  }

  /** Takes the bytes that the carried header or control frame lacks; returns how many it took. */
  #continueCarry(carry: Carry, chunk: Buffer, sink: FrameSink): number {
    let at = 0;
    let headerBytes = HEADER_INCOMPLETE;
    while (headerBytes === HEADER_INCOMPLETE) {
      if (at === chunk.length) return at;
      carry.bytes[carry.length++] = chunk[at++] as number;
      headerBytes = header.read(carry.bytes, 0, carry.length, this.#options.requireMask);
    }
    const violation = headerBytes === HEADER_REFUSED ? header.violation : this.#checkSequence();
    if (violation !== undefined) return this.#refuse(violation, sink);
    if (!header.isControl) {
      this.#carry = undefined;
      return this.#takePayload(chunk, at, sink);
    }
    const frameBytes = headerBytes + header.payloadBytes;
    const taken = chunk.copy(carry.bytes, carry.length, at, at + frameBytes - carry.length);
    carry.length += taken;
    if (carry.length < frameBytes) return at + taken;
    this.#carry = undefined;
    this.#finishFrame(carry.bytes, headerBytes, frameBytes, sink);
    return at + taken;
  }

  /** Returns 0, for callers that owe an offset: nothing is read after it. */
  #refuse(violation: FrameViolation, sink: FrameSink): number {
    this.stop();
    sink.onViolation(violation);
    return 0;
  }
}
