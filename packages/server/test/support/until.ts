import { setTimeout as sleep } from 'node:timers/promises';

/** How long a test waits for something that must come; long enough for a slow machine, shorter than a test may take. */
export const DEADLINE_MS = 20_000;

const POLL_MS = 10;

/**
 * Waits until a condition holds and returns what it gave. For conditions nobody announces: files, logs, endpoints.
 * @throws Error naming what did not come, with the last failure as its cause
 */
export async function until<T>(
  what: string,
  condition: () => T | Promise<T>,
  { timeoutMs = DEADLINE_MS, pollMs = POLL_MS }: { readonly timeoutMs?: number; readonly pollMs?: number } = {},
): Promise<Exclude<T, false | undefined | null>> {
  const deadline = performance.now() + timeoutMs;
  let cause: unknown;
  for (;;) {
    try {
      const value = await condition();
      if (value !== false && value !== undefined && value !== null)
        return value as Exclude<T, false | undefined | null>;
    } catch (failure) {
      cause = failure;
    }
    if (performance.now() > deadline) throw new Error(`Waited ${timeoutMs} ms in vain for ${what}.`, { cause });
    await sleep(pollMs);
  }
}

/** The promise's value, unless it takes too long. @throws Error naming what did not come */
export async function within<T>(what: string, promise: Promise<T>, timeoutMs: number = DEADLINE_MS): Promise<T> {
  const timer = new AbortController();
  const late = sleep(timeoutMs, undefined, { signal: timer.signal }).then(
    () => Promise.reject(new Error(`Waited ${timeoutMs} ms in vain for ${what}.`)),
    () => new Promise<never>(() => undefined),
  );
  try {
    return await Promise.race([promise, late]);
  } finally {
    timer.abort();
  }
}
