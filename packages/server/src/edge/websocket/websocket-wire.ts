import type { Socket } from 'node:net';
import { CLOSE_CODES } from '@parley/protocol';
import type { CloseInitiator, Connection } from '../../session/connection.ts';
import type { Wire } from '../../session/wire.ts';
import type { AdmissionTicket } from '../admission.ts';
import type { EdgeContext } from '../edge-context.ts';
import { SocketCloser } from '../socket-closer.ts';
import type { SocketOwner } from '../socket-owner.ts';
import { FrameParser } from './frame-parser.ts';
import type { FrameParserOptions } from './frame-parser-options.ts';
import type { FrameSink } from './frame-sink.ts';
import type { FrameViolation } from './frame-violations.ts';
import { encodeCloseFrame, encodeFrame } from './frame-writer.ts';
import { OPCODE } from './opcodes.ts';
import { textFrameFormat } from './text-frame-format.ts';

const PING_FRAME = encodeFrame(OPCODE.ping, Buffer.alloc(0));
/** Pongs are left out while so much waits to be read: only the latest ping needs an answer (RFC 6455 section 5.5.3). */
const PONG_BACKLOG_MAX_BYTES = 65_536;
/** A violation ends the connection without waiting for the peer's close frame, but its close frame must get out. */
const VIOLATION_LINGER_MS = 1000;

/**
 * The wire of a WebSocket connection that speaks JSON text frames.
 *
 *     open ── we close ──> close frame sent ── peer's close frame ──> FIN
 *      |                        '── deadline ──> destroyed
 *      |── peer's close frame ──> echoed, FIN
 *      '── violation ──> close frame, FIN, no waiting
 */
export class WebSocketWire implements Wire, SocketOwner, FrameSink {
  readonly transport = 'websocket';
  readonly format = textFrameFormat;
  readonly #context: EdgeContext;
  readonly #socket: Socket;
  readonly #parser: FrameParser;
  readonly connection: Connection;
  readonly #ticket: AdmissionTicket;
  #ended: { readonly code: number; readonly initiator: CloseInitiator; readonly reason: string } | undefined =
    undefined;

  constructor(
    context: EdgeContext,
    socket: Socket,
    peer: {
      readonly ticket: AdmissionTicket;
      readonly connectionId: string;
      readonly parserOptions: FrameParserOptions;
    },
  ) {
    this.#context = context;
    this.#socket = socket;
    this.#ticket = peer.ticket;
    this.#parser = new FrameParser(peer.parserOptions);
    this.connection = context.session.open(this, peer.ticket.address, peer.connectionId);
  }

  get bufferedBytes(): number {
    return this.#socket.writableLength;
  }

  write(bytes: Buffer): void {
    // writing to an ended socket would destroy it, and with it the close frame that still waits
    if (!this.#socket.writable) return;
    this.#context.session.counters.bytesOut += bytes.length;
    this.#socket.write(bytes);
  }

  ping(): void {
    if (this.#socket.writable) this.#socket.write(PING_FRAME);
  }

  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  admit(): void {
    this.#ticket.leave();
  }

  close(code: number, reason: string): void {
    if (this.#ended !== undefined) return;
    this.#ended = { code, initiator: 'server', reason };
    this.#socket.write(encodeCloseFrame(code, reason));
    this.#socket.resume();
    new SocketCloser(this.#socket, this.#context.wheel, this.#context.options.closeTimeoutMs);
  }

  // ---- FrameSink -------------------------------------------------------------------------------------------------

  onMessage(payload: Buffer, isText: boolean): void {
    if (isText) this.connection.receive(payload.toString('utf8'));
    else this.connection.close('data_unsupported', 'data_unsupported');
  }

  onPing(payload: Buffer): void {
    this.connection.heard();
    if (this.#ended !== undefined || this.#socket.writableLength > PONG_BACKLOG_MAX_BYTES) return;
    this.#socket.write(encodeFrame(OPCODE.pong, payload));
  }

  onPong(): void {
    this.connection.heard();
  }

  onClose(code: number): void {
    if (this.#ended === undefined) {
      this.#ended = { code, initiator: 'client', reason: nameOf(code) };
      this.#socket.write(encodeCloseFrame(code));
    }
    this.#endSocket(this.#context.options.closeTimeoutMs);
  }

  onViolation(violation: FrameViolation): void {
    if (this.#ended === undefined) {
      this.#ended = { code: violation.closeCode, initiator: 'server', reason: violation.reason };
      this.connection.flush();
      this.#socket.write(encodeCloseFrame(violation.closeCode, violation.reason));
    }
    this.#endSocket(VIOLATION_LINGER_MS);
  }

  // ---- SocketOwner -----------------------------------------------------------------------------------------------

  onData(chunk: Buffer): void {
    this.#context.session.counters.bytesIn += chunk.length;
    this.#parser.push(chunk, this);
  }

  onEnd(): void {
    this.#endSocket(this.#context.options.closeTimeoutMs);
  }

  onDrain(): void {
    this.connection.drained();
  }

  onClosed(): void {
    this.admit();
    this.#parser.stop();
    const { code, initiator, reason } = this.#ended ?? { code: 1006, initiator: 'client', reason: 'gone' };
    this.connection.closed(code, initiator, reason);
  }

  #endSocket(deadlineMs: number): void {
    this.#parser.stop();
    if (this.#socket.writableEnded) return;
    this.#socket.end();
    this.#socket.resume();
    new SocketCloser(this.#socket, this.#context.wheel, deadlineMs);
  }
}

/** A close code's name for counting; a client may send any of thousands. */
function nameOf(code: number): string {
  for (const [name, row] of Object.entries(CLOSE_CODES)) if (row.code === code) return name;
  return 'other';
}
