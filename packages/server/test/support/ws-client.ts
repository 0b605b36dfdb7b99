import { randomBytes } from 'node:crypto';
import type { Socket } from 'node:net';
import { FrameParser } from '../../src/edge/websocket/frame-parser.ts';
import { frameParserOptions } from '../../src/edge/websocket/frame-parser-options.ts';
import type { FrameSink } from '../../src/edge/websocket/frame-sink.ts';
import type { FrameViolation } from '../../src/edge/websocket/frame-violations.ts';
import { closePayload, encodeMaskedFrame } from '../../src/edge/websocket/frame-writer.ts';
import { OPCODE } from '../../src/edge/websocket/opcodes.ts';
import { type HttpAnswer, readHttpAnswer } from './http-answer.ts';
import type { Received } from './inbox.ts';
import { openSocket, type SocketOptions } from './open-socket.ts';
import { TestClient } from './test-client.ts';

/** What a WebSocket client asks for. */
export interface HandshakeOptions {
  /** Path with query; `/ws` by default. */
  readonly path?: string;
  /** Added to the handshake's own headers, or in place of them; an empty value leaves one out. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Presented in the Authorization header. */
  readonly token?: string | undefined;
  /** Leaves pings unanswered. */
  readonly isMute?: boolean;
  readonly observe?: (message: Received) => void;
}

const PARSER_OPTIONS = frameParserOptions({
  requireMask: false,
  maxPayloadBytes: 16 * 1024 * 1024,
  maxControlFramesPerSecond: 100_000,
});

/** A raw WebSocket client over our codec's client role: its frames can be any bytes. */
export class WsClient extends TestClient implements FrameSink {
  readonly socket: Socket;
  /** The server's answer to the handshake. */
  readonly answer: HttpAnswer;
  /** Payloads of the pings and pongs that came. */
  readonly pings: Buffer[] = [];
  readonly pongs: Buffer[] = [];
  readonly #parser = new FrameParser(PARSER_OPTIONS);
  readonly #isMute: boolean;
  #closed: { readonly code: number; readonly reason: string } | undefined;

  constructor(socket: Socket, answer: HttpAnswer, options: Pick<HandshakeOptions, 'isMute' | 'observe'> = {}) {
    super(options.observe);
    this.socket = socket;
    this.answer = answer;
    this.#isMute = options.isMute === true;
    socket.on('data', (chunk: Buffer) => this.#parser.push(Buffer.from(chunk), this));
    socket.on('end', () => socket.end());
    socket.on('close', () => this.gone(this.#closed ?? { code: 1006, reason: '' }));
    this.#parser.push(answer.rest, this);
    socket.resume();
  }

  /** Connects and shakes hands. @throws Error when the answer is not 101 */
  static async connect(options: SocketOptions & HandshakeOptions): Promise<WsClient> {
    const socket = await openSocket(options);
    const answer = await shakeHands(socket, options);
    if (answer.status === 101) return new WsClient(socket, answer, options);
    socket.destroy();
    throw new Error(`The handshake was answered with ${answer.status}: ${answer.body}`);
  }

  sendText(text: string): void {
    this.sendFrame(OPCODE.text, Buffer.from(text));
  }

  /** Sends one whole frame of any opcode. */
  sendFrame(opcode: number, payload: Buffer): void {
    this.socket.write(encodeMaskedFrame(opcode, payload));
  }

  close(code = 1000): void {
    this.sendFrame(OPCODE.close, closePayload(code));
  }

  cut(): void {
    this.socket.destroy();
  }

  onMessage(payload: Buffer): void {
    this.received(payload.toString('utf8'));
  }

  onPing(payload: Buffer): void {
    this.pings.push(Buffer.from(payload));
    if (!this.#isMute) this.sendFrame(OPCODE.pong, payload);
  }

  onPong(payload: Buffer): void {
    this.pongs.push(Buffer.from(payload));
  }

  onClose(code: number, reason: string): void {
    this.#closed = { code, reason };
    if (this.#isMute) return;
    if (!this.socket.writableEnded) this.close(code);
    this.socket.end();
  }

  onViolation(violation: FrameViolation): void {
    this.#closed = { code: -1, reason: `the server broke RFC 6455: ${violation.reason}` };
    this.socket.destroy();
  }
}

/** Sends a handshake and returns the answer, whatever it is. */
export function shakeHands(socket: Socket, options: HandshakeOptions = {}): Promise<HttpAnswer> {
  socket.write(handshakeBytes(socket, options));
  return readHttpAnswer(socket);
}

/** The request of a handshake. */
export function handshakeBytes(socket: Pick<Socket, 'remotePort'>, options: HandshakeOptions = {}): string {
  const headers: Record<string, string> = {
    host: `127.0.0.1:${socket.remotePort ?? 0}`,
    connection: 'Upgrade',
    upgrade: 'websocket',
    'sec-websocket-version': '13',
    'sec-websocket-key': randomBytes(16).toString('base64'),
    ...(options.token !== undefined && { authorization: `Bearer ${options.token}` }),
    ...options.headers,
  };
  const lines = Object.entries(headers).flatMap(([name, value]) => (value === '' ? [] : [`${name}: ${value}\r\n`]));
  return `GET ${options.path ?? '/ws'} HTTP/1.1\r\n${lines.join('')}\r\n`;
}
