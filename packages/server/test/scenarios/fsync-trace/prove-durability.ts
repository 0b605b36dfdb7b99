import type { SystemCall } from './system-calls.ts';

const FRAME_HEADER_BYTES = 24;
/** Offset of the field of a frame header that is not zero in the last frame of a transaction. */
const COMMIT_FIELD = 4;

/** Whether one message was on disk before the server said so, and why not. */
export interface Proof {
  readonly marker: string;
  readonly isProven: boolean;
  readonly reason: string;
}

/** What a trace says about the messages that carry these markers. */
export interface TraceVerdict {
  readonly proofs: readonly Proof[];
  /** Calls of fsync or fdatasync on the write-ahead log. */
  readonly syncs: number;
  /** Transactions whose last frame was written. */
  readonly commits: number;
}

/**
 * Proves for each message, from the system calls of the server:
 *
 *     WAL page with the message written ─> last frame of its transaction written ─> fsync of the WAL begins ─> ends
 *       ─> only then the first byte about the message goes to any client
 *
 * The first write that holds the marker counts, since later transactions write the same page again (file format of the
 * write-ahead log: sqlite.org/fileformat2.html section 4.1).
 */
export function proveDurability(calls: readonly SystemCall[], markers: readonly string[]): TraceVerdict {
  const wal = calls.filter(({ target, isDone }) => isDone && target.endsWith('-wal'));
  const writes = wal.filter(({ bytes }) => bytes.length > 0);
  const commits = commitWrites(writes);
  const syncs = wal.filter(({ name }) => name === 'fsync' || name === 'fdatasync');
  const sends = calls.filter(({ target }) => target.startsWith('TCP'));
  const proofs = markers.map((marker): Proof => {
    const reason = flawOf(marker, { writes, commits, syncs, sends });
    return { marker, isProven: reason === undefined, reason: reason ?? 'synced before it was told' };
  });
  return { proofs, syncs: syncs.length, commits: commits.length };
}

type Calls = readonly SystemCall[];

/** What is wrong; undefined when the order holds. */
function flawOf(
  marker: string,
  { writes, commits, syncs, sends }: { writes: Calls; commits: Calls; syncs: Calls; sends: Calls },
): string | undefined {
  const has = ({ bytes }: SystemCall) => bytes.includes(marker);
  const write = writes.find(has);
  if (write === undefined) return 'never written to the write-ahead log';
  const told = sends.find(has);
  if (told === undefined) return 'never told to a client';
  const commit = commits.find(({ beganAt }) => beganAt >= write.beganAt);
  if (commit === undefined) return 'its transaction was never finished';
  if (told.beganAt < commit.endedAt) return 'told before its transaction was finished';
  const sync = syncs.find(({ beganAt }) => beganAt > commit.endedAt);
  if (sync === undefined) return 'never synced';
  return sync.endedAt < told.beganAt ? undefined : 'told before the sync of its transaction had ended';
}

/** The page writes that finish a transaction: those after a frame header whose commit field is set. */
function commitWrites(writes: Calls): Calls {
  return writes.filter((_, index) => {
    const header = writes[index - 1]?.bytes;
    return header?.length === FRAME_HEADER_BYTES && header.readUInt32BE(COMMIT_FIELD) !== 0;
  });
}
