/** What a connection does in a room. */
export type RoomRole = 'subscriber' | 'publisher';

/** How the messages of one kind of server look. */
export interface Dialect {
  /** Whether its pings are Engine.IO messages. */
  readonly isEngineIo: boolean;
  /** Request target of a connection; servers without a subscribe message take the room and what it does there from it. */
  path(room: string, role: RoomRole): string;
  /** Header lines that carry a token; none when it goes into the greeting. */
  headers(token: string): readonly string[];
  /** How the message begins that the greeting waits for. */
  readonly greetAfter?: string;
  /** What the client says first and how the answer begins; undefined when the server needs nothing. */
  greeting(token: string): Exchange | undefined;
  /** Joins a room; undefined when the path says it. */
  subscribe(room: string): Exchange | undefined;
  /** The message that publishes in a room. */
  publish(room: string, content: string): string;
  /** How the message begins that subscribers get then. */
  readonly eventPrefix: string;
  /** A request without effect, and how its answer begins. */
  request(padding: string): Exchange;
}

/** A message and how its answer begins. */
export interface Exchange {
  readonly message: string;
  readonly replyPrefix: string;
}
