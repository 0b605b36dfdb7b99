import { readdirSync, readFileSync } from 'node:fs';

const KIB = 1024;

/**
 * Processor time that a process has used so far, user and system, all its threads, in microseconds. From the
 * scheduler's nanoseconds, because `/proc/<pid>/stat` counts in steps of 10 ms; threads that have ended are missing.
 */
export function readProcessorTimeUs(pid: number): number {
  let totalNs = 0;
  for (const thread of readdirSync(`/proc/${pid}/task`)) {
    const [ranNs = ''] = readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'latin1').split(' ');
    totalNs += Number(ranNs);
  }
  return totalNs / 1000;
}

/** Resident memory of a process in bytes. */
export function readResidentBytes(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'latin1');
  const kib = /^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1];
  if (kib === undefined) throw new Error(`Process ${pid} has no resident memory; it has ended.`);
  return Number(kib) * KIB;
}
