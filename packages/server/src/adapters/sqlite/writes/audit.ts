import { createHmac } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import type { AuditEntry } from '../../../ports/audit-log.ts';
import { type AuditRow, auditRow, CHAIN_START } from '../audit-chain.ts';
import { type AuditCheckpoint, type AuditKey, signCheckpoint } from '../audit-checkpoint.ts';
import { prepare, type Statement } from '../prepare.ts';
import type { Turn } from './turn.ts';

/** A checkpoint is made after so many records. */
const RECORDS_PER_CHECKPOINT = 1_000;

/** Appends to the chain of audit records. */
export class AuditWrites {
  readonly #turn: Turn;
  readonly #key: AuditKey | undefined;
  readonly #addressKey: string | undefined;
  readonly #head: Statement<Pick<AuditRow, 'seq' | 'hash'>>;
  readonly #insert: Statement<never>;
  readonly #insertCheckpoint: Statement<never>;

  constructor(database: DatabaseSync, turn: Turn, key: AuditKey | undefined) {
    this.#turn = turn;
    this.#key = key;
    const addressKey = "SELECT value FROM meta WHERE key = 'address_key'";
    this.#addressKey = prepare<{ value: string }>(database, addressKey).get()?.value;
    this.#head = prepare(database, 'SELECT seq, hash FROM audit ORDER BY seq DESC LIMIT 1');
    this.#insert = prepare(database, 'INSERT INTO audit (seq, content, hash) VALUES (?, ?, ?)');
    this.#insertCheckpoint = prepare(
      database,
      `INSERT INTO audit_checkpoints (seq, key_id, hash, at, signature) SELECT ?1, ?2, ?3, ?4, ?5
        WHERE NOT EXISTS (SELECT 1 FROM audit_checkpoints WHERE seq = ?1 AND key_id = ?2)`,
    );
  }

  /** Returns the checkpoint that this record completed. */
  appendAudit({ address, ...entry }: AuditEntry): AuditCheckpoint | undefined {
    const head = this.#head.get() ?? { seq: 0, hash: CHAIN_START };
    const addressHash = address === undefined ? undefined : this.#hashAddress(address);
    const row = auditRow({
      ...entry,
      ...(addressHash !== undefined && { addressHash }),
      seq: head.seq + 1,
      timestampMs: this.#turn.nowMs,
      previousHash: head.hash,
    });
    this.#insert.run(row.seq, row.content, row.hash);
    return row.seq % RECORDS_PER_CHECKPOINT === 0 ? this.checkpointAudit() : undefined;
  }

  /** Signs how far the log reaches. Undefined when it is empty or there is no key. */
  checkpointAudit(): AuditCheckpoint | undefined {
    const head = this.#head.get();
    if (head === undefined || this.#key === undefined) return undefined;
    const checkpoint = signCheckpoint({ seq: head.seq, hash: head.hash, atMs: this.#turn.nowMs }, this.#key);
    const { seq, keyId, hash, atMs, signature } = checkpoint;
    this.#insertCheckpoint.run(seq, keyId, hash, atMs, signature);
    return checkpoint;
  }

  /** Once the key is erased, no address can be recorded or recognised any more. */
  #hashAddress(address: string): string | undefined {
    return this.#addressKey && createHmac('sha256', Buffer.from(this.#addressKey, 'hex')).update(address).digest('hex');
  }
}
