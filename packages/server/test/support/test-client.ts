import type { COMMANDS, CommandType, ErrorReply, PUSHES, Push, PushType } from '@parley/protocol';
import type { z } from 'zod';
import { Inbox, type Received } from './inbox.ts';
import { within } from './until.ts';

/** Fields of a command as clients write them. */
export type Fields<T extends CommandType> = z.input<(typeof COMMANDS)[T]['fields']>;
/** What the reply to a command carries. */
export type Payload<T extends CommandType> = z.output<(typeof COMMANDS)[T]['payload']>;
/** A push as it arrives. */
export type PushOf<T extends PushType> = Push<z.output<(typeof PUSHES)[T]['payload']>>;

/** How a connection ended. Lines have no close code: the last error line tells the reason. */
export interface Ended {
  /** The close code; 1006 when the transport ended without one, and 0 where there are none. */
  readonly code: number;
  readonly reason: string;
}

/** What tests do with a connection, whichever transport carries it. */
export abstract class TestClient implements AsyncDisposable {
  readonly inbox: Inbox;
  #nextId = 1;
  readonly #ended: Promise<Ended>;
  #resolveEnded: (ended: Ended) => void = () => undefined;

  constructor(observe?: (message: Received) => void) {
    this.inbox = new Inbox(observe);
    this.#ended = new Promise((resolve) => {
      this.#resolveEnded = resolve;
    });
  }

  /** Sends one text as it is. */
  abstract sendText(text: string): void;

  /** Ends the connection from this side, politely. */
  abstract close(): void;

  /** Cuts the connection: nothing is sent any more. */
  abstract cut(): void;

  /** How the connection ends, once it has. */
  ended(timeoutMs?: number): Promise<Ended> {
    return within('the connection to end', this.#ended, timeoutMs);
  }

  /** Sends one message. */
  send(message: object): void {
    this.sendText(JSON.stringify(message));
  }

  /** Sends a command and returns whatever answers it. */
  async exchange(type: string, fields: object = {}): Promise<Received> {
    const requestId = `r${this.#nextId++}`;
    this.send({ ...fields, type, request_id: requestId });
    return this.inbox.take(`answer to ${type}`, ({ request_id }) => request_id === requestId);
  }

  /** Sends a command that must succeed; returns the payload of the reply. */
  async ask<T extends CommandType>(type: T, fields: Fields<T>): Promise<Payload<T>> {
    const answer = await this.exchange(type, fields);
    if (answer.status !== 'success') throw new Error(`${type} was refused: ${JSON.stringify(answer)}`);
    return answer.payload as Payload<T>;
  }

  /** Sends a command that must be refused; returns the error. */
  async refusal(type: string, fields: object = {}): Promise<ErrorReply> {
    const answer = await this.exchange(type, fields);
    if (answer.status !== 'error') throw new Error(`${type} was not refused: ${JSON.stringify(answer)}`);
    return answer as unknown as ErrorReply;
  }

  /** Takes the first unread push of a type (and chat), or the next one to come. */
  async push<T extends PushType>(
    type: T,
    matches: (push: PushOf<T>) => boolean = () => true,
    timeoutMs?: number,
  ): Promise<PushOf<T>> {
    const is = (message: Received) => message.type === type && message.status === undefined;
    const taken = await this.inbox.take(`push ${type}`, (each) => is(each) && matches(each as PushOf<T>), timeoutMs);
    return taken as PushOf<T>;
  }

  /** Takes the error that the server sends unasked before it closes. */
  async errorPush(): Promise<ErrorReply> {
    const isError = ({ type, status }: Received) => type === 'error' && status === 'error';
    return (await this.inbox.take('error', isError)) as unknown as ErrorReply;
  }

  /** Waits until everything the server had sent by now is here, and returns what of it nobody has asked for. */
  async settle(): Promise<readonly Received[]> {
    await this.ask('ping', {});
    return this.inbox.unread;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.cut();
    await this.ended();
  }

  /** For subclasses: one message arrived. */
  protected received(text: string): void {
    this.inbox.deliver(JSON.parse(text) as Received);
  }

  /** For subclasses: the transport is gone. */
  protected gone(ended: Ended): void {
    this.#resolveEnded(ended);
    this.inbox.end(`${ended.code} ${ended.reason}`.trim());
  }
}
