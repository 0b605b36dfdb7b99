import type { Socket } from 'node:net';
import type { Received } from './inbox.ts';
import { openSocket, type SocketOptions } from './open-socket.ts';
import { TestClient } from './test-client.ts';

/** A raw TCP client: one JSON object per line. */
export class LineClient extends TestClient {
  readonly socket: Socket;
  #rest = '';

  constructor(socket: Socket, observe?: (message: Received) => void) {
    super(observe);
    this.socket = socket;
    socket.setEncoding('utf8');
    socket.on('data', (chunk: unknown) => this.#read(chunk as string));
    socket.on('end', () => socket.end());
    socket.on('close', () => this.gone({ code: 0, reason: '' }));
  }

  /** Connects; signs in with the token when there is one. */
  static async connect(
    options: SocketOptions & { readonly token?: string | undefined; readonly observe?: (message: Received) => void },
  ): Promise<LineClient> {
    const client = new LineClient(await openSocket(options), options.observe);
    if (options.token !== undefined) await client.ask('auth', { token: options.token });
    return client;
  }

  sendText(text: string): void {
    this.socket.write(`${text}\n`);
  }

  close(): void {
    this.socket.end();
  }

  cut(): void {
    this.socket.destroy();
  }

  #read(chunk: string): void {
    const lines = (this.#rest + chunk).split('\n');
    this.#rest = lines.pop() ?? '';
    for (const line of lines) this.received(line);
  }
}
