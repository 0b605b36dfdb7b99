import type { SocketLike } from '../socket.ts';

/** A message of either side, parsed. */
export type Message = Readonly<Record<string, unknown>> & { readonly type: string };

/** The client's end of a connection, whose other end and wire are in the hands of the test. */
export class FakeSocket implements SocketLike {
  onopen: (() => void) | null = null;
  onmessage: ((message: { readonly data: unknown }) => void) | null = null;
  onclose: ((ending: { readonly code: number; readonly reason: string }) => void) | null = null;
  onerror: (() => void) | null = null;
  /** What the client sent and the server has not received. */
  readonly outgoing: Message[] = [];
  /** What the server sent and the client has not received. */
  readonly incoming: Message[] = [];
  readonly url: string;
  readonly subprotocols: readonly string[];
  /** How the client closed it. */
  closedWith: { readonly code: number | undefined; readonly reason: string | undefined } | undefined;
  isOpen = true;

  constructor(url: string, subprotocols: readonly string[]) {
    this.url = url;
    this.subprotocols = subprotocols;
  }

  send(text: string): void {
    if (this.isOpen) this.outgoing.push(JSON.parse(text) as Message);
  }

  close(code?: number, reason?: string): void {
    this.closedWith = { code, reason };
    this.isOpen = false;
  }

  /** Lets the client receive a message. */
  receive(message: Message): void {
    if (this.isOpen) this.onmessage?.({ data: JSON.stringify(message) });
  }

  /** Ends the connection as the client sees it. */
  cut(code = 1006, reason = ''): void {
    if (!this.isOpen) return;
    this.isOpen = false;
    this.onclose?.({ code, reason });
  }
}
