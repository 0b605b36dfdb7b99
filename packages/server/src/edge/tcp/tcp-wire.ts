import type { Socket } from 'node:net';
import { CLOSE_CODES } from '@parley/protocol';
import { AppError } from '../../kernel/app-error.ts';
import type { CloseInitiator, Connection } from '../../session/connection.ts';
import type { Wire } from '../../session/wire.ts';
import type { AdmissionTicket } from '../admission.ts';
import type { EdgeContext } from '../edge-context.ts';
import { SocketCloser } from '../socket-closer.ts';
import type { SocketOwner } from '../socket-owner.ts';
import { lineFormat } from './line-format.ts';
import { type LineSink, LineSplitter } from './line-splitter.ts';

/**
 * The wire of newline-delimited JSON. A half-closed peer (`printf ... | nc`) still gets the answers to what it asked.
 * Silent peers are found by the kernel's keep-alive; lines have no heartbeat of their own.
 */
export class TcpWire implements Wire, SocketOwner, LineSink {
  readonly transport = 'tcp';
  readonly format = lineFormat;
  readonly #context: EdgeContext;
  readonly #socket: Socket;
  readonly #splitter: LineSplitter;
  readonly #connection: Connection;
  readonly #ticket: AdmissionTicket;
  #ended: { readonly code: number; readonly initiator: CloseInitiator; readonly reason: string } | undefined;

  constructor(context: EdgeContext, socket: Socket, ticket: AdmissionTicket) {
    this.#context = context;
    this.#socket = socket;
    this.#ticket = ticket;
    this.#splitter = new LineSplitter(context.options.payloadMaxBytes);
    this.#connection = context.session.open(this, ticket.address);
    socket.setKeepAlive(true, context.options.heartbeatMs);
  }

  get bufferedBytes(): number {
    return this.#socket.writableLength;
  }

  write(bytes: Buffer): void {
    this.#context.session.counters.bytesOut += bytes.length;
    this.#socket.write(bytes);
  }

  ping(): void {
    // see the class: the kernel asks
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
    this.#ended ??= { code, initiator: 'server', reason };
    this.#splitter.stop();
    this.#socket.end();
    this.#socket.resume();
    new SocketCloser(this.#socket, this.#context.wheel, this.#context.options.closeTimeoutMs);
  }

  onLine(text: string): void {
    this.#connection.receive(text);
  }

  onLineRefused(problem: 'payload_too_large' | 'text_not_utf8'): void {
    if (problem === 'payload_too_large') this.#connection.fail(new AppError('payload_too_large'));
    else this.#connection.fail(new AppError('invalid_json', { message: 'The line is not UTF-8.' }), 'text_invalid');
  }

  onData(chunk: Buffer): void {
    this.#context.session.counters.bytesIn += chunk.length;
    this.#splitter.push(chunk, this);
  }

  onEnd(): void {
    this.#splitter.end(this);
    this.#ended ??= { code: CLOSE_CODES.normal.code, initiator: 'client', reason: 'normal' };
    this.#connection.finish();
  }

  onDrain(): void {
    this.#connection.drained();
  }

  onClosed(): void {
    this.admit();
    const { code, initiator, reason } = this.#ended ?? { code: 1006, initiator: 'client', reason: 'gone' };
    this.#connection.closed(code, initiator, reason);
  }
}
