import type { Config } from '../config/normalize.ts';
import type { SessionPolicy } from '../config/session-policy.ts';
import type { Rate } from './rate-bucket.ts';

/** Limits of the session layer; each is an option of the server. */
export interface SessionOptions {
  readonly authTimeoutMs: number;
  readonly heartbeatMs: number;
  /** How long before a token's end its connection is told. */
  readonly expiryNoticeMs: number;
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

const UNLIMITED: Rate = { perSecond: Number.POSITIVE_INFINITY, burst: Number.POSITIVE_INFINITY };

/** The limits of the session layer as configured; RATE_LIMITS=off lifts the rates and no other limit. */
export function createSessionOptions(config: Config): SessionOptions {
  const rate = (perSecond: number, burst: number) => (config.rateLimits ? { perSecond, burst } : UNLIMITED);
  return {
    authTimeoutMs: config.authTimeoutMs,
    heartbeatMs: config.heartbeatMs,
    expiryNoticeMs: config.expiryNoticeS * 1000,
    payloadMaxBytes: config.payloadMaxBytes,
    outboxSoftBytes: config.outboxSoftBytes,
    outboxHardBytes: config.outboxHardBytes,
    outboxTotalBytes: config.outboxTotalBytes,
    frameRate: rate(config.frameRate, config.frameBurst),
    frameRateGraceMs: config.frameRateGraceMs,
    messageRate: rate(config.messageRate, config.messageBurst),
    subscriptionsMax: config.subscriptionsMax,
    replayMaxEvents: config.replayMaxEvents,
    sessionPolicy: config.sessionPolicy,
  };
}

/** The limits that `welcome` tells, under the names that clients read. */
export function advertisedLimits(config: Config): Readonly<Record<string, number>> {
  return {
    payload_max_bytes: config.payloadMaxBytes,
    content_max_bytes: config.contentMaxBytes,
    message_rate: config.messageRate,
    message_burst: config.messageBurst,
    frame_rate: config.frameRate,
    frame_burst: config.frameBurst,
    subscriptions_max: config.subscriptionsMax,
    group_max_members: config.groupMaxMembers,
    page_default: config.pageDefault,
    page_max: config.pageMax,
    replay_max_events: config.replayMaxEvents,
  };
}
