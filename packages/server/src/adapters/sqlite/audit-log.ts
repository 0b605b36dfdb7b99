import type { AuditEntry, AuditLog, AuditRecord, AuditVerdict } from '../../ports/audit-log.ts';
import { CHAIN_START } from './audit-chain.ts';
import type { AuditCheckpoint } from './audit-checkpoint.ts';
import type { StorageCalls } from './storage-calls.ts';

/** The audit log in the embedded database. */
export class SqliteAuditLog implements AuditLog {
  readonly #calls: StorageCalls;
  readonly #onCheckpoint: (checkpoint: AuditCheckpoint) => void;

  /** `onCheckpoint` gets each signed checkpoint once it is on disk, to be kept elsewhere too. */
  constructor(calls: StorageCalls, onCheckpoint: (checkpoint: AuditCheckpoint) => void) {
    this.#calls = calls;
    this.#onCheckpoint = onCheckpoint;
  }

  async append(entry: AuditEntry): Promise<void> {
    this.#emit(await this.#calls.writer.call('appendAudit', entry));
  }

  list(page: { readonly beforeSeq?: number; readonly limit: number }): Promise<readonly AuditRecord[]> {
    return this.#calls.reader.call('listAudit', page.beforeSeq ?? Number.MAX_SAFE_INTEGER, page.limit);
  }

  async verify(): Promise<AuditVerdict> {
    let head = { seq: 0, hash: CHAIN_START };
    let checkpoints = 0;
    for (;;) {
      const stretch = await this.#calls.reader.call('verifyAudit', head);
      head = { seq: stretch.seq, hash: stretch.hash };
      checkpoints += stretch.checkpoints;
      if (stretch.broken !== undefined) {
        const { seq: brokenSeq, problem } = stretch.broken;
        return { ok: false, records: head.seq, brokenSeq, problem };
      }
      if (stretch.isEnd) return { ok: true, records: head.seq, headHash: head.hash, checkpoints };
    }
  }

  /** Signs how far the log reaches. */
  async checkpoint(): Promise<void> {
    this.#emit(await this.#calls.writer.call('checkpointAudit'));
  }

  #emit(checkpoint: AuditCheckpoint | undefined): void {
    if (checkpoint !== undefined) this.#onCheckpoint(checkpoint);
  }
}
