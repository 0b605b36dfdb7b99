import type { Readable } from 'node:stream';
import { until } from './until.ts';

/** One line of the server's log. */
export interface LogLine {
  readonly level: string;
  readonly msg: string;
  readonly [fact: string]: unknown;
}

/** Everything a server has written, its restarts included. */
export class ServerLog {
  /** The lines of standard output that are JSON. */
  readonly lines: LogLine[] = [];
  #text = '';

  /** All output as it came, both streams. */
  get text(): string {
    return this.#text;
  }

  /** Reads a stream of log lines. */
  readLines(stream: Readable): void {
    let rest = '';
    stream.setEncoding('utf8');
    stream.on('data', (chunk: string) => {
      this.#text += chunk;
      const parts = (rest + chunk).split('\n');
      rest = parts.pop() ?? '';
      for (const part of parts) this.#add(part);
    });
  }

  /** Reads a stream of text for people. */
  readText(stream: Readable): void {
    stream.setEncoding('utf8');
    stream.on('data', (chunk: string) => {
      this.#text += chunk;
    });
  }

  /** The first line from `start` on that matches, as soon as there is one. */
  waitFor(what: string, matches: (line: LogLine) => boolean, start = 0): Promise<LogLine> {
    return until(`the log line ${what}`, () => this.lines.slice(start).find(matches));
  }

  /** Lines that tell of a fault. */
  get faults(): readonly LogLine[] {
    return this.lines.filter(({ level }) => level === 'error' || level === 'fatal');
  }

  #add(text: string): void {
    if (!text.startsWith('{')) return;
    this.lines.push(JSON.parse(text) as LogLine);
  }
}
