import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';

/** Arguments by which strace writes what `readSystemCalls` reads: whole buffers in hex, file names, all threads. */
export const STRACE_ARGUMENTS: readonly string[] = [
  '--follow-forks',
  '--seccomp-bpf',
  '--quiet=all',
  '--decode-fds=path,socket',
  '--strings-in-hex=all',
  '--string-limit=4194304',
  '--trace=write,pwrite64,writev,pwritev,sendto,sendmsg,fsync,fdatasync',
];

/** One call of the traced process. strace stops a thread at both ends of a call, so the order of lines is one of causes. */
export interface SystemCall {
  readonly name: string;
  /** What the descriptor is: a path, or `TCP:[...]`. */
  readonly target: string;
  /** What is written. */
  readonly bytes: Buffer;
  /** Lines of the trace at which it began and ended. */
  readonly beganAt: number;
  endedAt: number;
  /** False for a call that failed or never returned. */
  isDone: boolean;
}

const CALL = /^(\d+) +(\w+)\(\d+<((?:->|[^>])*)>(.*)$/;
const RESUMED = /^(\d+) +<\.\.\. \w+ resumed>.*\) += (-?\d+)/;
const RESULT = /\) += (-?\d+)[^"]*$/;
const TEXTS = /"((?:\\x[0-9a-f]{2})*)"(\.\.\.)?/g;

/** Reads a trace. @throws Error when a buffer was cut short, since nothing could be proved by it */
export async function readSystemCalls(path: string): Promise<readonly SystemCall[]> {
  const calls: SystemCall[] = [];
  const open = new Map<string, SystemCall>();
  let at = 0;
  for await (const line of createInterface({ input: createReadStream(path, 'latin1') })) {
    at++;
    const resumed = RESUMED.exec(line);
    if (resumed !== null) finish(open.get(resumed[1] as string), at, Number(resumed[2]));
    const call = resumed === null ? CALL.exec(line) : null;
    if (call === null) continue;
    const [, thread = '', name = '', target = '', rest = ''] = call;
    const bytes = bytesOf(rest, at);
    const made: SystemCall = { name, target: plain(target), bytes, beganAt: at, endedAt: at, isDone: false };
    calls.push(made);
    if (rest.endsWith('<unfinished ...>')) open.set(thread, made);
    else finish(made, at, Number(RESULT.exec(rest)?.[1] ?? -1));
  }
  return calls;
}

function finish(call: SystemCall | undefined, at: number, result: number): void {
  if (call === undefined) return;
  call.endedAt = at;
  call.isDone = result >= 0;
}

/** Names of descriptors come in hex as well. */
function plain(target: string): string {
  return target.replaceAll(/\\x([0-9a-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}

function bytesOf(text: string, at: number): Buffer {
  const parts: Buffer[] = [];
  for (const [, hex = '', cut] of text.matchAll(TEXTS)) {
    if (cut !== undefined) throw new Error(`Line ${at} of the trace holds a buffer that was cut short.`);
    parts.push(Buffer.from(hex.replaceAll('\\x', ''), 'hex'));
  }
  return Buffer.concat(parts);
}
