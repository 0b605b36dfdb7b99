import { connect, type Socket } from 'node:net';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { within } from './until.ts';

/** Where to connect to, and as whom. */
export interface SocketOptions {
  readonly host?: string;
  readonly port: number;
  /** The address to come from; all of 127.0.0.0/8 is loopback on Linux. */
  readonly localAddress?: string;
  /** Sent before anything else: a PROXY header. */
  readonly preface?: string | Buffer;
  /** Speaks TLS, trusting this certificate only; `alpn` offers protocols. */
  readonly tls?: { readonly ca: string; readonly alpn?: readonly string[] };
}

/** A connected socket that stays readable after its own end. @throws Error as the system tells it */
export async function openSocket(options: SocketOptions): Promise<Socket> {
  const { host = '127.0.0.1', port, localAddress } = options;
  const socket = connect({ host, port, allowHalfOpen: true, noDelay: true, ...(localAddress && { localAddress }) });
  await within(`a connection to ${host}:${port}`, once(socket, 'connect'));
  socket.on('error', () => undefined);
  if (options.preface !== undefined) socket.write(options.preface);
  return options.tls === undefined ? socket : secure(socket, options.tls);
}

async function secure(socket: Socket, { ca, alpn }: NonNullable<SocketOptions['tls']>): Promise<TLSSocket> {
  const secured = connectTls({ socket, ca, servername: 'localhost', ...(alpn && { ALPNProtocols: [...alpn] }) });
  await within('the TLS handshake', once(secured, 'secureConnect'));
  secured.on('error', () => undefined);
  return secured;
}

function once(socket: Socket, event: string): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once('error', reject);
    socket.once('close', () => reject(new Error(`The connection closed before ${event}.`)));
    socket.once(event, () => {
      socket.removeListener('error', reject);
      resolve();
    });
  });
}
