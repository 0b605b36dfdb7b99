/** What the core needs of a logger; pino satisfies it. The first argument holds facts, never tokens or message bodies. */
export interface Log {
  debug(facts: object, text: string): void;
  info(facts: object, text: string): void;
  warn(facts: object, text: string): void;
  error(facts: object, text: string): void;
  fatal(facts: object, text: string): void;
  /** A logger that adds these facts to each line. */
  child(facts: object): Log;
}

/** Says nothing; for tests. */
export const silentLog: Log = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  fatal: () => undefined,
  child: () => silentLog,
};
