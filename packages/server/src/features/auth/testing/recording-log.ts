import type { Log } from '../../../kernel/log.ts';

/** One line of a RecordingLog. */
export interface LogLine {
  readonly level: string;
  readonly facts: object;
  readonly text: string;
}

/** A Log for tests that remembers its lines. */
export class RecordingLog implements Log {
  readonly lines: LogLine[] = [];

  debug = (facts: object, text: string): void => this.#add('debug', facts, text);
  info = (facts: object, text: string): void => this.#add('info', facts, text);
  warn = (facts: object, text: string): void => this.#add('warn', facts, text);
  error = (facts: object, text: string): void => this.#add('error', facts, text);
  fatal = (facts: object, text: string): void => this.#add('fatal', facts, text);
  child = (): Log => this;

  #add(level: string, facts: object, text: string): void {
    this.lines.push({ level, facts, text });
  }
}
