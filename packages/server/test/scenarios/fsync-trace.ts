import { parseArgs } from 'node:util';
import type { TraceVerdict } from './fsync-trace/prove-durability.ts';
import { type FsyncTraceOptions, runFsyncTrace } from './fsync-trace/run-fsync-trace.ts';

/**
 * Proves by the system calls of the server that each message is on disk before anybody is told of it, and that the proof
 * fails where it must: with STORAGE_SYNCHRONOUS=off. Needs strace.
 *
 *     node --conditions=parley-source packages/server/test/scenarios/fsync-trace.ts [--messages 200]
 *
 * Exit code 0 when both come out as they must, else 1.
 */
async function main(): Promise<void> {
  const { values } = parseArgs({ options: { messages: { type: 'string', default: '200' } } });
  const messages = Number(values.messages);
  write(`${'synchronous'.padEnd(13)}${'sent'.padEnd(16)}messages  commits    syncs   proven  as it must`);
  const full = await trace({ synchronous: 'full', messages }, ({ proofs }) => proofs.every(({ isProven }) => isProven));
  const off = await trace({ synchronous: 'off', messages }, ({ proofs }) =>
    proofs.every(({ reason }) => reason === 'never synced'),
  );
  process.exitCode = full && off ? 0 : 1;
}

/** Prints a row for each manner of sending; true when all come out as they must. */
async function trace(options: FsyncTraceOptions, isAsItMust: (verdict: TraceVerdict) => boolean): Promise<boolean> {
  let isAll = true;
  for (const [manner, verdict] of await runFsyncTrace(options)) {
    const { proofs, commits, syncs } = verdict;
    const numbers = [proofs.length, commits, syncs, proofs.filter(({ isProven }) => isProven).length];
    const isRight = proofs.length > 0 && isAsItMust(verdict);
    isAll &&= isRight;
    const columns = numbers.map((number) => String(number).padStart(8)).join(' ');
    write(`${options.synchronous.padEnd(13)}${manner.padEnd(16)}${columns}  ${isRight ? 'yes' : 'NO'}`);
    for (const reason of new Set(proofs.filter(({ isProven }) => !isProven).map((proof) => proof.reason))) {
      write(`${''.padEnd(13)}${reason}`);
    }
  }
  return isAll;
}

function write(text: string): void {
  process.stdout.write(`${text}\n`);
}

await main();
