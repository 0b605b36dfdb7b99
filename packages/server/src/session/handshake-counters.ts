/** How far a connection came: the stages of the one port. */
export type HandshakeStage = 'accept' | 'proxy' | 'tls' | 'sniff' | 'http' | 'upgrade' | 'auth' | 'open';

/** Plain numbers about handshakes; metrics read them when they are asked. */
export class HandshakeCounters {
  /** By `<stage> <outcome> <reason>`, all from closed lists. */
  readonly handshakes = new Map<string, number>();

  /** Counts the end of a handshake: `ok`, or refused for a reason. */
  count(stage: HandshakeStage, outcome: 'ok' | 'refused', reason: string): void {
    const key = `${stage} ${outcome} ${reason}`;
    this.handshakes.set(key, (this.handshakes.get(key) ?? 0) + 1);
  }
}
