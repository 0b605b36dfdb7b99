/** One call of an operation: its name, then its arguments. */
export type Call = readonly [operation: string, ...args: unknown[]];

/** The calls of one event-loop turn of the main thread. `undefined` instead of a batch asks the thread to finish. */
export interface CallBatch {
  /** The main thread's clock; threads of the storage have none of their own. */
  readonly nowMs: number;
  readonly calls: readonly Call[];
}

/** Why a call has no outcome. `storage_unavailable`: the disk or the database; `internal`: a fault of the program. */
export interface CallFailure {
  readonly code: 'storage_unavailable' | 'internal';
  /** For the log; may hold a path, never data of users. */
  readonly reason: string;
}

/** Outcomes of the oldest calls that are not answered yet, in their order. */
export interface Outcomes {
  readonly kind: 'outcomes';
  readonly values: readonly unknown[];
  /** By position in `values`. */
  readonly failures?: ReadonlyMap<number, CallFailure>;
}

/** Why a thread cannot start; becomes an AppError on the main thread. */
export interface StartRefusal {
  readonly kind: 'refused';
  readonly code: 'database_corrupt' | 'schema_too_new' | 'data_dir_unusable';
  readonly message: string;
}

/** What a thread posts to the main thread. */
export type ThreadMessage<Facts> = { readonly kind: 'ready'; readonly facts: Facts } | StartRefusal | Outcomes;

/** The operations of a thread by name. Arguments and results must survive structured cloning. */
export type Operations = Readonly<Record<string, (...args: never[]) => unknown>>;
