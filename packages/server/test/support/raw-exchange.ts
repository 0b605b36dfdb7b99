import type { Socket } from 'node:net';
import { within } from './until.ts';

/** Everything a socket receives until the other side ends or resets it. The socket's own side is ended then. */
export function readToEnd(socket: Socket, timeoutMs?: number): Promise<string> {
  let text = '';
  socket.on('data', (chunk: Buffer | string) => {
    text += chunk.toString('latin1');
  });
  const ended = new Promise<string>((resolve) => {
    socket.once('end', () => {
      socket.destroy();
      resolve(text);
    });
    socket.once('close', () => resolve(text));
  });
  return within('the server to end the connection', ended, timeoutMs);
}

/** Sends bytes and reads until the server ends the connection. */
export function exchangeBytes(socket: Socket, bytes: string | Buffer, timeoutMs?: number): Promise<string> {
  socket.write(bytes);
  return readToEnd(socket, timeoutMs);
}

/** The code of the one error line that a text consists of; undefined when it is something else. */
export function errorLineCode(text: string): string | undefined {
  if (!/^\{.*\}\n$/.test(text)) return undefined;
  const { type, status, code } = JSON.parse(text) as Record<string, unknown>;
  return type === 'error' && status === 'error' ? String(code) : undefined;
}
