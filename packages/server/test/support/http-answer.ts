import type { Socket } from 'node:net';
import { within } from './until.ts';

/** One HTTP answer as it came over a socket. */
export interface HttpAnswer {
  readonly status: number;
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** What followed it. */
  readonly rest: Buffer;
}

/**
 * Reads one answer with a Content-Length, or without a body, from a socket that stays open.
 * @throws Error when the connection ends before the answer does
 */
export function readHttpAnswer(socket: Socket): Promise<HttpAnswer> {
  let bytes = Buffer.alloc(0);
  const answer = new Promise<HttpAnswer>((resolve, reject) => {
    const stop = () => {
      socket.removeListener('data', onData);
      socket.removeListener('close', onClose);
    };
    const onData = (chunk: Buffer) => {
      bytes = Buffer.concat([bytes, chunk]);
      const parsed = parseHttpAnswer(bytes);
      if (parsed === undefined) return;
      stop();
      socket.pause();
      resolve(parsed);
    };
    const onClose = () => {
      stop();
      reject(new Error(`The connection ended within the answer: ${JSON.stringify(bytes.toString('latin1'))}`));
    };
    socket.on('data', onData);
    socket.on('close', onClose);
    socket.on('end', onClose);
    socket.resume();
  });
  return within('an HTTP answer', answer);
}

/** The answer that the bytes begin with; undefined while it is not whole. */
export function parseHttpAnswer(bytes: Buffer): HttpAnswer | undefined {
  const end = bytes.indexOf('\r\n\r\n');
  if (end < 0) return undefined;
  const [statusLine = '', ...lines] = bytes.toString('latin1', 0, end).split('\r\n');
  const headers = Object.fromEntries(
    lines.map((line) => {
      const colon = line.indexOf(':');
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
    }),
  );
  const bodyBytes = Number(headers['content-length'] ?? 0);
  if (bytes.length < end + 4 + bodyBytes) return undefined;
  return {
    status: Number(statusLine.split(' ')[1]),
    headers,
    body: bytes.toString('utf8', end + 4, end + 4 + bodyBytes),
    rest: Buffer.from(bytes.subarray(end + 4 + bodyBytes)),
  };
}
