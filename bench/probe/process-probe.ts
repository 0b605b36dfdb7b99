import { renameSync, writeFileSync } from 'node:fs';
import { PerformanceObserver, performance } from 'node:perf_hooks';
import type { ProbeReport } from './probe-report.ts';

// Loaded into a measured server with --import: at SIGUSR2 it writes what the garbage collector did since the last time,
// and how much is in use after a collection. The server's own code stays as it is.

/** Collections that are asked for here are told in a later turn; they belong to no window. */
const OWN_COLLECTIONS_MS = 100;

const file = process.env['PROBE_FILE'] ?? '';
let number = 0;
let windowStartMs = performance.now();
let pausesMs: number[] = [];

const observer = new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) pausesMs.push(entry.duration);
});
observer.observe({ entryTypes: ['gc'] });

process.on('SIGUSR2', () => {
  const gc = closeWindow();
  globalThis.gc?.();
  globalThis.gc?.();
  write({ number: ++number, gc, heapUsedBytes: process.memoryUsage().heapUsed });
  setTimeout(closeWindow, OWN_COLLECTIONS_MS);
});

function closeWindow(): ProbeReport['gc'] {
  for (const entry of observer.takeRecords()) pausesMs.push(entry.duration);
  const nowMs = performance.now();
  const gc = {
    windowMs: nowMs - windowStartMs,
    pauses: pausesMs.length,
    pausedMs: pausesMs.reduce((sum, pauseMs) => sum + pauseMs, 0),
    longestPauseMs: Math.max(0, ...pausesMs),
  };
  pausesMs = [];
  windowStartMs = nowMs;
  return gc;
}

function write(report: ProbeReport): void {
  writeFileSync(`${file}.new`, JSON.stringify(report));
  renameSync(`${file}.new`, file);
}
