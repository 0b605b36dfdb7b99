import type { Effort } from '../harness/interleave.ts';
import type { ServerName } from '../servers/server-table.ts';

/** What every shape is run with. */
export interface ShapeContext {
  readonly effort: Effort;
  /** Text of the secret that tokens are signed with in this run. */
  readonly secret: string;
  /** Whether a server is wanted in this run. */
  wants(server: ServerName): boolean;
  /** Where servers leave CPU profiles; undefined when they make none. */
  readonly profileDirectory: string | undefined;
  /** Tells the user how it goes. */
  progress(text: string): void;
}

/** A line of a shape's table: one quantity, a sample per round and server. */
export interface Row {
  readonly id: string;
  readonly title: string;
  readonly unit: string;
  readonly samples: ReadonlyMap<ServerName, readonly number[]>;
  /** Why a server has no samples. */
  readonly failures: ReadonlyMap<ServerName, string>;
}

/** What a quantity of Parley has to reach. */
export type Bar = { readonly row: string; readonly bar: number; readonly goal: number } & (
  | {
      /** How many times better than that server: less processor time or memory, or more messages. */
      readonly kind: 'ratio';
      readonly against: ServerName;
      readonly better: 'lower' | 'higher';
    }
  | { readonly kind: 'ceiling'; readonly unit: string }
);

/** A repeatable load with what it has to show. */
export interface Shape {
  readonly number: number;
  readonly title: string;
  /** How it is measured, as the results say it. */
  readonly method: string;
  /** In the order of the table's columns. */
  readonly servers: readonly ServerName[];
  readonly bars: readonly Bar[];
  run(context: ShapeContext): Promise<readonly Row[]>;
}
