import { setTimeout as sleep } from 'node:timers/promises';
import { AppError } from '../kernel/app-error.ts';
import { createPush } from '../ports/create-push.ts';
import type { Hub } from './hub.ts';

/** When clients may be back at the earliest. */
const RETURN_AFTER_MS = 1000;
/** Connections are closed in this many steps over the drain. */
const STEPS = 20;

/**
 * Sends every connection away: first all are told when to come back, then they close with 1012, spread over `spreadMs`
 * so that they do not all return at once. `signal` ends the waiting: the rest closes at once, and so does whoever came
 * meanwhile from a handshake that was under way.
 */
export async function drainConnections(hub: Hub, spreadMs: number, signal: AbortSignal): Promise<void> {
  const draining = new AppError('draining', { retryAfterMs: RETURN_AFTER_MS });
  const leaving = [...hub.connections];
  for (const connection of leaving) {
    connection.push(
      createPush('reconnect', { after_ms: RETURN_AFTER_MS, spread_ms: Math.max(spreadMs, RETURN_AFTER_MS) }),
    );
  }
  const perStep = Math.ceil(leaving.length / STEPS);
  for (let at = 0; at < leaving.length; at += perStep) {
    for (const connection of leaving.slice(at, at + perStep)) connection.fail(draining);
    if (at + perStep < leaving.length && !signal.aborted) {
      await sleep(spreadMs / STEPS, undefined, { signal }).catch(() => undefined);
    }
  }
  for (const connection of [...hub.connections]) connection.fail(draining);
}
