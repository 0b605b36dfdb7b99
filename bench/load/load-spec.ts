import type { Exchange } from './dialect.ts';

/** The kinds of servers the load can speak to. */
export type DialectName = 'parley' | 'ws-plain' | 'ws-json' | 'socketio';

/** What a load process does. */
export type LoadSpec =
  | {
      /** Publishers keep so many messages under way per room; counted are deliveries. */
      readonly kind: 'fan-out';
      readonly rooms: number;
      readonly subscribersPerRoom: number;
      readonly underWay: number;
    }
  | {
      /** One publisher at a fixed rate; counted are deliveries. */
      readonly kind: 'paced';
      readonly subscribers: number;
      readonly messagesPerSecond: number;
    }
  | {
      /** Each connection keeps so many requests under way. */
      readonly kind: 'request';
      readonly connections: number;
      readonly depth: number;
    }
  | {
      /** Connects, authenticates with a token that the server never saw, reads the first answer; one per millisecond of a round. */
      readonly kind: 'handshake';
      readonly underWay: number;
    }
  | {
      /** Connections that have said what clients say first, and then nothing. A round is one request of each. */
      readonly kind: 'idle';
      readonly connections: number;
      readonly request?: Exchange;
    }
  | {
      /** Users and groups for `idle`: every user in so many groups. */
      readonly kind: 'chats';
      readonly users: number;
      readonly groupsPerUser: number;
      readonly groupSize: number;
    }
  | {
      /** Stored messages: `outstanding` senders wait for their acknowledgement, everybody of the room gets the message. */
      readonly kind: 'durable';
      readonly rooms: number;
      readonly roomSize: number;
      readonly outstanding: number;
    };

/** What a load process needs to know of the server. */
export interface LoadTarget {
  readonly port: number;
  readonly pid: number;
  readonly dialect: DialectName;
  /** Text of the secret that tokens are signed with (HS256). */
  readonly secret: string;
}

/** First message to a load process. */
export interface LoadSetup {
  readonly spec: LoadSpec;
  readonly target: LoadTarget;
}

/** One round. */
export interface RoundResult {
  /** What the load counts: deliveries, answers, handshakes, acknowledged messages. */
  readonly count: number;
  readonly elapsedMs: number;
  /** Processor time of the server, user and system, all threads. */
  readonly serverCpuUs: number;
  /** Waiting times for the answer, where the load measures them. */
  readonly p50Ms?: number;
  readonly p99Ms?: number;
}

/** Messages to a load process; each is answered by one LoadAnswer. */
export type LoadCommand = { readonly command: 'round'; readonly durationMs: number } | { readonly command: 'open' };

/** Answer to a LoadCommand. `round` is there for a round. */
export type LoadAnswer =
  | { readonly isOk: true; readonly round?: RoundResult }
  | { readonly isOk: false; readonly reason: string };

/** What each kind of load implements. */
export interface Load {
  /** Opens its connections. */
  open(): Promise<void>;
  /** Puts load on the server for about so long, waits for everything under way, and returns what it counted. */
  run(durationMs: number): Promise<LoadCount>;
  /** What may be done after the measuring of a round. */
  afterRound?(): void;
  /** What must be ready before the measuring of a round. */
  beforeRound?(durationMs: number): void;
}

/** What one run of a load counted. */
export interface LoadCount {
  readonly count: number;
  readonly latenciesMs?: readonly number[];
}
