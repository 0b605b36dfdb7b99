import { connect, type Socket } from 'node:net';
import { encodeClientFrame, OPCODE } from './client-frame.ts';
import { FrameScanner } from './frame-scanner.ts';

/** Where and how to connect. */
export interface ClientTarget {
  readonly port: number;
  /** Request target of the upgrade. */
  readonly path: string;
  /** Header lines beyond those of the upgrade itself. */
  readonly headers?: readonly string[];
  /** Whether the server speaks Engine.IO, whose pings are messages `2` that are answered by `3`. */
  readonly isEngineIo?: boolean;
}

/** Who gets what a client receives. */
export interface MessageReceiver {
  /** A text or binary message: `bytes[start, end)`, valid during the call. */
  onMessage(bytes: Buffer, start: number, end: number): void;
  /** Everything of this read has been reported. */
  onReadEnd?(): void;
}

const CONNECT_TIMEOUT_MS = 15_000;
const HEAD_END = '\r\n\r\n';
const KEY = 'dGhlIHNhbXBsZSBub25jZQ==';
const ENGINE_IO_PING = 0x32;
const ENGINE_IO_PONG = encodeClientFrame('3');

/** One WebSocket connection of the load: answers pings, counts nothing, and hands every message to its receiver. */
export class WebSocketClient {
  /** Changed at any time between two reads; without one, messages are kept for `next`. */
  receiver: MessageReceiver | undefined = undefined;
  /** Called when the connection ends although `destroy` was not called. */
  onLost: (reason: string) => void = () => undefined;
  readonly #socket: Socket;
  readonly #isEngineIo: boolean;
  readonly #scanner = new FrameScanner();
  readonly #unclaimed: string[] = [];
  #isDestroyed = false;
  #closeReason = 'the server closed it';

  private constructor(socket: Socket, isEngineIo: boolean) {
    this.#socket = socket;
    this.#isEngineIo = isEngineIo;
    socket.on('data', (chunk) => this.#read(chunk));
    socket.on('error', (error) => {
      this.#closeReason = error.message;
    });
    socket.once('close', () => {
      if (!this.#isDestroyed) this.onLost(`A connection of the load was lost: ${this.#closeReason}.`);
    });
  }

  /** Connects and upgrades. Rejects when the answer is not 101. */
  static open(target: ClientTarget): Promise<WebSocketClient> {
    const socket = connect({ port: target.port, host: '127.0.0.1', noDelay: true });
    socket.write(upgradeRequest(target));
    return new Promise((resolve, reject) => {
      let head: Buffer = Buffer.alloc(0);
      const timer = setTimeout(() => fail(`no answer within ${CONNECT_TIMEOUT_MS} ms`), CONNECT_TIMEOUT_MS);
      const fail = (reason: string) => {
        clearTimeout(timer);
        socket.destroy();
        reject(new Error(`The upgrade failed: ${reason}.`));
      };
      const onData = (chunk: Buffer) => {
        head = head.length === 0 ? chunk : Buffer.concat([head, chunk]);
        const end = head.indexOf(HEAD_END);
        if (end < 0) return;
        if (!head.toString('latin1', 0, 12).endsWith(' 101')) return fail(head.toString('latin1', 0, end));
        clearTimeout(timer);
        socket.removeListener('data', onData).removeListener('error', onError).removeListener('close', onClose);
        const client = new WebSocketClient(socket, target.isEngineIo === true);
        resolve(client);
        const rest = head.subarray(end + HEAD_END.length);
        if (rest.length > 0) client.#read(rest);
      };
      const onError = (error: Error) => fail(error.message);
      const onClose = () => fail('the connection was closed');
      socket.on('data', onData).once('error', onError).once('close', onClose);
    });
  }

  /** Sends frames that are encoded already. The bytes must not change until the server has answered. */
  send(frames: Buffer): void {
    this.#socket.write(frames);
  }

  /** Sends a text message. */
  sendText(text: string): void {
    this.#socket.write(encodeClientFrame(text));
  }

  /** Resolves with the next message, in order of arrival. Only while there is no receiver. */
  next(): Promise<string> {
    const kept = this.#unclaimed.shift();
    if (kept !== undefined) return Promise.resolve(kept);
    return new Promise((resolve, reject) => {
      this.onLost = (reason) => reject(new Error(reason));
      this.receiver = {
        onMessage: (bytes, start, end) => {
          this.receiver = undefined;
          resolve(bytes.toString('utf8', start, end));
        },
      };
    });
  }

  /** Ends the connection without a word. */
  destroy(): void {
    this.#isDestroyed = true;
    this.#socket.destroy();
  }

  onFrame(opcode: number, bytes: Buffer, start: number, end: number): void {
    if (opcode === OPCODE.text || opcode === OPCODE.binary) {
      if (this.#isEngineIo && end - start === 1 && bytes[start] === ENGINE_IO_PING) this.send(ENGINE_IO_PONG);
      else if (this.receiver !== undefined) this.receiver.onMessage(bytes, start, end);
      else this.#unclaimed.push(bytes.toString('utf8', start, end));
    } else if (opcode === OPCODE.ping) {
      this.send(encodeClientFrame(bytes.subarray(start, end), OPCODE.pong));
    } else if (opcode === OPCODE.close) {
      const code = end - start >= 2 ? bytes.readUInt16BE(start) : 1005;
      this.#closeReason = `close code ${code} ${bytes.toString('utf8', start + 2, end)}`;
    }
  }

  #read(chunk: Buffer): void {
    this.#scanner.push(chunk, this);
    this.receiver?.onReadEnd?.();
  }
}

function upgradeRequest({ port, path, headers = [] }: ClientTarget): string {
  const lines = [
    `GET ${path} HTTP/1.1`,
    `Host: 127.0.0.1:${port}`,
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    `Sec-WebSocket-Key: ${KEY}`,
    ...headers,
  ];
  return lines.join('\r\n') + HEAD_END;
}
