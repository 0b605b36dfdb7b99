import type { AuditActor } from '../../ports/audit-log.ts';

/** Who asks for an action, as the audit log will tell it. */
export interface Requester {
  readonly actor: AuditActor;
  /** Network address it came from, after trusted proxies; absent for the server itself and the control socket. */
  readonly address?: string;
}

/** The server itself, for what happens without anybody asking. */
export const SYSTEM: Requester = { actor: { kind: 'system' } };

/** Somebody who has not signed in. */
export function anonymousFrom(address: string): Requester {
  return { actor: { kind: 'anonymous' }, address };
}

/** A signed-in user. */
export function userFrom(userId: string, address: string): Requester {
  return { actor: { kind: 'user', id: userId }, address };
}
