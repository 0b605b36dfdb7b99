import type { Rate } from './rate-bucket.ts';

/** How many connections one user may have. `single`: the newest wins and the older one is told. */
export type SessionPolicy = { readonly kind: 'single' } | { readonly kind: 'multi'; readonly max: number };

/** Limits of the session layer; each is an option of the server. */
export interface SessionOptions {
  readonly authTimeoutMs: number;
  readonly heartbeatMs: number;
  readonly payloadMaxBytes: number;
  readonly outboxSoftBytes: number;
  readonly outboxHardBytes: number;
  readonly outboxTotalBytes: number;
  readonly frameRate: Rate;
  /** A connection beyond its frame rate for this long is closed. */
  readonly frameRateGraceMs: number;
  readonly messageRate: Rate;
  readonly subscriptionsMax: number;
  readonly replayMaxEvents: number;
  readonly sessionPolicy: SessionPolicy;
}
