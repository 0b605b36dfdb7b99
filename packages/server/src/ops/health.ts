/** State of one thing the server depends on. */
export interface HealthCheck {
  readonly name: string;
  readonly isOk: boolean;
  /** Full sentence, for administrators. */
  readonly detail: string;
}

/** Where the server is in its life. */
export type LifeStage = 'starting' | 'serving' | 'draining';

/** Answers the health endpoints: alive, ready for the next request, started. */
export class Health {
  #stage: LifeStage = 'starting';
  readonly #probes: readonly (() => HealthCheck)[];

  constructor(probes: readonly (() => HealthCheck)[]) {
    this.#probes = probes;
  }

  get stage(): LifeStage {
    return this.#stage;
  }

  /** Moves on; stages only go forward. */
  enter(stage: 'serving' | 'draining'): void {
    if (this.#stage !== 'draining') this.#stage = stage;
  }

  /** Whether the start, migrations included, is over. */
  get isStarted(): boolean {
    return this.#stage !== 'starting';
  }

  /** Every check, the stage first. Ready means that all are ok. */
  checks(): readonly HealthCheck[] {
    const stage: HealthCheck = {
      name: 'stage',
      isOk: this.#stage === 'serving',
      detail: `The server is ${this.#stage}.`,
    };
    return [stage, ...this.#probes.map((probe) => probe())];
  }
}
