import type { DatabaseSync } from 'node:sqlite';
import type { AuditRecord } from '../../../ports/audit-log.ts';
import { type AuditRow, auditRecord, brokenLink } from '../audit-chain.ts';
import { type AuditCheckpoint, type AuditKey, isSignedBy } from '../audit-checkpoint.ts';
import { prepare, type Statement } from '../prepare.ts';

/** Records that are checked in one go; other reads come between. */
const RECORDS_AT_ONCE = 500;

/** Result of checking a stretch of the chain. */
export interface AuditStretch {
  /** The last record that fits. */
  readonly seq: number;
  readonly hash: string;
  /** Checkpoints that were found signed by the key of this server. */
  readonly checkpoints: number;
  readonly broken?: { readonly seq: number; readonly problem: string };
  readonly isEnd: boolean;
}

/** Lists and checks audit records. */
export class AuditReads {
  readonly #key: AuditKey | undefined;
  readonly #newest: Statement<AuditRow>;
  readonly #following: Statement<AuditRow>;
  readonly #checkpoints: Statement<AuditCheckpoint>;

  constructor(database: DatabaseSync, key: AuditKey | undefined) {
    this.#key = key;
    this.#newest = prepare(database, 'SELECT seq, content, hash FROM audit WHERE seq < ? ORDER BY seq DESC LIMIT ?');
    this.#following = prepare(
      database,
      `SELECT seq, content, hash FROM audit WHERE seq > ? ORDER BY seq LIMIT ${RECORDS_AT_ONCE}`,
    );
    this.#checkpoints = prepare(
      database,
      `SELECT seq, hash, at AS atMs, key_id AS keyId, signature FROM audit_checkpoints
        WHERE seq > ? AND seq <= ? ORDER BY seq`,
    );
  }

  listAudit(beforeSeq: number, limit: number): AuditRecord[] {
    return this.#newest.all(beforeSeq, limit).map(auditRecord);
  }

  /** Checks the records after one that is known to fit, and the checkpoints among them. */
  verifyAudit(after: Pick<AuditRow, 'seq' | 'hash'>): AuditStretch {
    const rows = this.#following.all(after.seq);
    const isEnd = rows.length < RECORDS_AT_ONCE;
    const hashes = new Map<number, string>();
    let head = after;
    for (const row of rows) {
      const problem = brokenLink(row, head);
      if (problem !== undefined) return stretch(head, 0, { seq: head.seq + 1, problem }, isEnd);
      hashes.set(row.seq, row.hash);
      head = row;
    }
    let signed = 0;
    for (const checkpoint of this.#checkpoints.all(after.seq, isEnd ? Number.MAX_SAFE_INTEGER : head.seq)) {
      const problem = this.#brokenCheckpoint(checkpoint, hashes.get(checkpoint.seq), head.seq);
      const seq = Math.min(checkpoint.seq, head.seq + 1);
      if (problem !== undefined) return stretch(head, signed, { seq, problem }, isEnd);
      if (checkpoint.keyId === this.#key?.kid) signed++;
    }
    return stretch(head, signed, undefined, isEnd);
  }

  /** The signature of another key cannot be checked here; what it says about the chain can. */
  #brokenCheckpoint(checkpoint: AuditCheckpoint, hash: string | undefined, headSeq: number): string | undefined {
    const { seq, keyId } = checkpoint;
    if (keyId === this.#key?.kid && !isSignedBy(checkpoint, this.#key))
      return `The signature of the checkpoint at record ${seq} does not verify.`;
    if (hash === undefined)
      return `The log ends with record ${headSeq}, but a checkpoint shows that it reached ${seq}.`;
    if (hash !== checkpoint.hash) return `Record ${seq} is not the one that its checkpoint was made of.`;
    return undefined;
  }
}

function stretch(
  { seq, hash }: Pick<AuditRow, 'seq' | 'hash'>,
  checkpoints: number,
  broken: AuditStretch['broken'],
  isEnd: boolean,
): AuditStretch {
  return { seq, hash, checkpoints, isEnd, ...(broken && { broken }) };
}
