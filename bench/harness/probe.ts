import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ProbeReport } from '../probe/probe-report.ts';
import type { RunningServer } from './running-server.ts';

const SCRIPT = new URL('../probe/process-probe.ts', import.meta.url).href;
const TIMEOUT_MS = 30_000;
const POLL_MS = 20;

/** Asks the probe inside a server; see probe/process-probe.ts. */
export class Probe {
  readonly #file: string;
  #lastNumber = 0;

  constructor(directory: string) {
    this.#file = join(directory, 'probe.json');
  }

  /** What a Node server must be started with. */
  get nodeArgs(): readonly string[] {
    return ['--expose-gc', `--import=${SCRIPT}`];
  }

  get env(): Readonly<Record<string, string>> {
    return { PROBE_FILE: this.#file };
  }

  /** Collects garbage in the server and returns what its probe tells. */
  async ask(server: RunningServer): Promise<ProbeReport> {
    server.child.process.kill('SIGUSR2');
    const giveUpMs = performance.now() + TIMEOUT_MS;
    while (performance.now() < giveUpMs) {
      const report = this.#read();
      if (report !== undefined && report.number > this.#lastNumber) {
        this.#lastNumber = report.number;
        return report;
      }
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
    throw new Error(`The probe did not answer within ${TIMEOUT_MS} ms.`);
  }

  #read(): ProbeReport | undefined {
    try {
      return JSON.parse(readFileSync(this.#file, 'utf8')) as ProbeReport;
    } catch {
      // not written yet
      return undefined;
    }
  }
}
