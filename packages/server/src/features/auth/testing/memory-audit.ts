import type { AuditEntry, AuditLog, AuditRecord, AuditVerdict } from '../../../ports/audit-log.ts';

/** An AuditLog for tests that only remembers what was appended. */
export class MemoryAudit implements AuditLog {
  readonly entries: AuditEntry[] = [];
  /** Rejects every append while set. */
  failure: Error | undefined;

  async append(entry: AuditEntry): Promise<void> {
    if (this.failure !== undefined) throw this.failure;
    this.entries.push(entry);
  }

  /** The entries of one action. */
  of(action: string): readonly AuditEntry[] {
    return this.entries.filter((entry) => entry.action === action);
  }

  list(): Promise<readonly AuditRecord[]> {
    return Promise.resolve([]);
  }

  verify(): Promise<AuditVerdict> {
    return Promise.resolve({ ok: true, records: 0, headHash: '', checkpoints: 0 });
  }
}
