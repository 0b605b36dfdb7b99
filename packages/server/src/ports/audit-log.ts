/** Who did something. `id` is a user or key id, never a name or an address. */
export interface AuditActor {
  readonly kind: 'user' | 'key' | 'operator' | 'system' | 'anonymous';
  readonly id?: string;
}

/** What happened, in words of the OWASP logging vocabulary (`authn_login_success`, `user_created`, `sys_shutdown`...). */
export interface AuditEntry {
  readonly actor: AuditActor;
  readonly action: string;
  readonly outcome: 'success' | 'failure';
  /** What it was done to. */
  readonly object?: { readonly kind: string; readonly id: string };
  /** An error code, when there is one. */
  readonly reason?: string;
  /** Network address; stored as a keyed hash, so that erasing the key erases it and the chain stays whole. */
  readonly address?: string;
  /** Never tokens, passwords or message bodies. */
  readonly details?: Readonly<Record<string, string | number | boolean>>;
}

/** An entry as stored: chained to the one before by `previousHash`. */
export interface AuditRecord extends Omit<AuditEntry, 'address'> {
  readonly seq: number;
  readonly timestampMs: number;
  readonly addressHash?: string;
  readonly previousHash: string;
  readonly hash: string;
}

/** Result of walking the whole chain. */
export type AuditVerdict =
  | { readonly ok: true; readonly records: number; readonly headHash: string; readonly checkpoints: number }
  | { readonly ok: false; readonly records: number; readonly brokenSeq: number; readonly problem: string };

/**
 * The append-only record of every administrative and security action. Records are numbered without gaps and each holds
 * the SHA-256 over the canonical JSON (RFC 8785) of its content and the hash before it; signed checkpoints, kept in
 * another table and in the log, show a cut tail.
 */
export interface AuditLog {
  /** Resolves when the record is on disk. @throws AppError `storage_unavailable`, `overloaded` */
  append(entry: AuditEntry): Promise<void>;
  /** Newest first, before a seq. */
  list(page: { readonly beforeSeq?: number; readonly limit: number }): Promise<readonly AuditRecord[]>;
  /** Walks the chain and the checkpoints; names the first record that does not fit. */
  verify(): Promise<AuditVerdict>;
}
