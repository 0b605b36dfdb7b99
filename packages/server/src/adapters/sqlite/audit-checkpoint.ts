import { createPublicKey, type KeyObject, sign, verify } from 'node:crypto';
import { canonicalJson } from './canonical-json.ts';

/** The Ed25519 key that signs checkpoints; Parley's signing key has this form. */
export interface AuditKey {
  readonly kid: string;
  readonly privateKey: KeyObject;
}

/** A signed statement of how far the audit log reached. */
export interface AuditCheckpoint {
  readonly seq: number;
  /** Hash of the record with this seq, hex. */
  readonly hash: string;
  readonly atMs: number;
  readonly keyId: string;
  /** Ed25519, base64url. */
  readonly signature: string;
}

/** Signs that the log reached this record. */
export function signCheckpoint(reached: { seq: number; hash: string; atMs: number }, key: AuditKey): AuditCheckpoint {
  const checkpoint = { ...reached, keyId: key.kid };
  return { ...checkpoint, signature: sign(null, signedText(checkpoint), key.privateKey).toString('base64url') };
}

/** Whether this key signed the checkpoint. */
export function isSignedBy(checkpoint: AuditCheckpoint, key: AuditKey): boolean {
  const { signature, ...reached } = checkpoint;
  const publicKey = createPublicKey(key.privateKey);
  return verify(null, signedText(reached), publicKey, Buffer.from(signature, 'base64url'));
}

/** The key signs tokens too: the first line makes sure that neither can be taken for the other. */
function signedText({ seq, hash, atMs, keyId }: Omit<AuditCheckpoint, 'signature'>): Buffer {
  return Buffer.from(`parley audit checkpoint 1\n${canonicalJson({ seq, hash, atMs, keyId })}`);
}
