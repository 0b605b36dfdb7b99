import { encodeClientFrame } from './client-frame.ts';
import type { LoadSession } from './load-session.ts';
import type { Load, LoadCount } from './load-spec.ts';
import { MessagePrefix } from './message-prefix.ts';
import { openClients } from './open-client.ts';
import { PAYLOAD_BYTES } from './payload.ts';
import type { MessageReceiver, WebSocketClient } from './websocket-client.ts';

const OPENING_UNDER_WAY = 64;

/** Each connection keeps `depth` requests under way: answers that come with one read are followed by as many requests. */
export class RequestLoad implements Load {
  readonly #session: LoadSession;
  readonly #options: { readonly connections: number; readonly depth: number };
  #requesters: Requester[] = [];

  constructor(session: LoadSession, options: { readonly connections: number; readonly depth: number }) {
    this.#session = session;
    this.#options = options;
  }

  async open(): Promise<void> {
    const { dialect } = this.#session;
    const frame = encodeClientFrame(paddedRequest(dialect.request));
    const prefix = new MessagePrefix(dialect.request('').replyPrefix);
    const clients = await openClients(this.#options.connections, OPENING_UNDER_WAY, (index) =>
      this.#session.open(`user-${index}`),
    );
    this.#requesters = clients.map((client) => new Requester(client, frame, prefix));
  }

  async run(durationMs: number): Promise<LoadCount> {
    const deadlineMs = performance.now() + durationMs;
    const counts = await Promise.all(this.#requesters.map((each) => each.run(this.#options.depth, deadlineMs)));
    return { count: counts.reduce((sum, count) => sum + count, 0) };
  }
}

/** Pads a request to the payload's size. */
function paddedRequest(request: (padding: string) => { readonly message: string }): string {
  const { message } = request('');
  return request('.'.repeat(Math.max(0, PAYLOAD_BYTES - message.length))).message;
}

class Requester implements MessageReceiver {
  readonly #client: WebSocketClient;
  readonly #frame: Buffer;
  readonly #prefix: MessagePrefix;
  #deadlineMs = 0;
  #underWay = 0;
  #answers = 0;
  #answersOfRead = 0;
  #finish: (answers: number) => void = () => undefined;

  constructor(client: WebSocketClient, frame: Buffer, prefix: MessagePrefix) {
    this.#client = client;
    this.#frame = frame;
    this.#prefix = prefix;
    client.receiver = this;
  }

  run(depth: number, deadlineMs: number): Promise<number> {
    this.#deadlineMs = deadlineMs;
    this.#answers = 0;
    this.#send(depth);
    return new Promise((resolve) => {
      this.#finish = resolve;
    });
  }

  onMessage(bytes: Buffer, start: number, end: number): void {
    if (this.#prefix.matches(bytes, start, end)) this.#answersOfRead++;
  }

  onReadEnd(): void {
    const answers = this.#answersOfRead;
    if (answers === 0) return;
    this.#answersOfRead = 0;
    this.#answers += answers;
    this.#underWay -= answers;
    if (performance.now() < this.#deadlineMs) this.#send(answers);
    else if (this.#underWay === 0) this.#finish(this.#answers);
  }

  #send(requests: number): void {
    this.#underWay += requests;
    this.#client.send(
      requests === 1 ? this.#frame : Buffer.concat(Array.from({ length: requests }, () => this.#frame)),
    );
  }
}
