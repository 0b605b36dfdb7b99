import type { Config } from '../config/normalize.ts';
import type { Clock } from '../kernel/clock.ts';
import type { Log } from '../kernel/log.ts';
import type { TimingWheel } from '../kernel/timing-wheel.ts';
import type { HandshakeCounters } from '../session/handshake-counters.ts';
import type { SessionLayer } from '../session/session-layer.ts';
import type { Admission } from './admission.ts';

/** Limits of the one port; each is an option of the server. */
export type EdgeOptions = Pick<
  Config,
  | 'sniffTimeoutMs'
  | 'handshakeTimeoutMs'
  | 'closeTimeoutMs'
  | 'heartbeatMs'
  | 'payloadMaxBytes'
  | 'outboxHardBytes'
  | 'controlFrameRate'
  | 'tokenRefusalRate'
>;

/** What all connections of the port share. */
export interface EdgeContext {
  readonly options: EdgeOptions;
  readonly clock: Clock;
  readonly wheel: TimingWheel;
  readonly log: Log;
  readonly session: SessionLayer;
  readonly admission: Admission;
  readonly counters: HandshakeCounters;
  /** Whether the server sends everybody away; newcomers are refused then. */
  isDraining(): boolean;
}
