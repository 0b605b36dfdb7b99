import { hash } from 'node:crypto';
import type { AuditRecord } from '../../ports/audit-log.ts';
import { canonicalJson, type JsonValue } from './canonical-json.ts';

/** What the first record follows. */
export const CHAIN_START = '0'.repeat(64);

/** A record as the table holds it. */
export interface AuditRow {
  readonly seq: number;
  /** Canonical JSON of the record without its hash. */
  readonly content: string;
  /** SHA-256 over the content, hex. */
  readonly hash: string;
}

/** Makes the row of a record. What JSON cannot hold is made so that it can: a record must not fail by what it tells. */
export function auditRow(record: Omit<AuditRecord, 'hash'>): AuditRow {
  const content = canonicalJson(storable(record as unknown as JsonValue));
  return { seq: record.seq, content, hash: hash('sha256', content) };
}

/** The record of a row. */
export function auditRecord(row: AuditRow): AuditRecord {
  return { ...(JSON.parse(row.content) as Omit<AuditRecord, 'hash'>), hash: row.hash };
}

/** What is wrong with a row that should follow another; undefined when it fits. */
export function brokenLink(row: AuditRow, after: Pick<AuditRow, 'seq' | 'hash'>): string | undefined {
  const seq = after.seq + 1;
  if (row.seq !== seq) return `Record ${seq} is missing.`;
  if (hash('sha256', row.content) !== row.hash) return `Record ${seq} was changed: its hash does not fit its content.`;
  const record = auditRecord(row);
  if (record.seq !== seq) return `Record ${seq} is not in its place: it was written as record ${record.seq}.`;
  if (record.previousHash !== after.hash) return `Record ${seq} does not follow the record before it.`;
  return undefined;
}

function storable(value: JsonValue): JsonValue {
  if (typeof value === 'string') return value.toWellFormed();
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const members = Object.entries(value).filter((member): member is [string, JsonValue] => member[1] !== undefined);
  return Object.fromEntries(members.map(([key, member]) => [key.toWellFormed(), storable(member)]));
}
