import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { LineClient } from '../../support/line-client.ts';
import { startServer } from '../../support/start-server.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';
import type { TestClient } from '../../support/test-client.ts';
import { JWT_SECRET, mintUserToken } from '../../support/test-users.ts';
import { WsClient } from '../../support/ws-client.ts';
import { proveDurability, type TraceVerdict } from './prove-durability.ts';
import { readSystemCalls, STRACE_ARGUMENTS } from './system-calls.ts';

/** How messages are sent: each after the answer to the one before, or all at once over two connections. */
export type Manner = 'one at a time' | 'pipelined';

/** What is traced. */
export interface FsyncTraceOptions {
  readonly synchronous: 'full' | 'off';
  readonly messages: number;
}

/** Runs the server under strace, sends messages in both manners and judges the trace. Needs strace. */
export async function runFsyncTrace(options: FsyncTraceOptions): Promise<ReadonlyMap<Manner, TraceVerdict>> {
  await using directory = await temporaryDirectory();
  const verdicts = new Map<Manner, TraceVerdict>();
  for (const manner of ['one at a time', 'pipelined'] as const) {
    const trace = join(directory.path, `${manner}.strace`);
    const markers = await sendTraced(manner, trace, options);
    verdicts.set(manner, proveDurability(await readSystemCalls(trace), markers));
  }
  return verdicts;
}

async function sendTraced(manner: Manner, trace: string, options: FsyncTraceOptions): Promise<readonly string[]> {
  await using server = await startServer({
    env: { JWT_SECRET, STORAGE_SYNCHRONOUS: options.synchronous },
    wrap: (command) => ['strace', ...STRACE_ARGUMENTS, '--output', trace, '--', ...command],
  });
  await using ann = await WsClient.connect({ port: server.port, token: mintUserToken('ann') });
  await using bob = await LineClient.connect({ port: server.port, token: mintUserToken('bob') });
  const { id: chatId } = await ann.ask('create_group', { group_name: 'traced', member_ids: ['bob'] });
  const markers = Array.from({ length: options.messages }, () => `m${randomBytes(12).toString('hex')}`);
  const send = (client: TestClient, content: string) => client.ask('message', { chat_id: chatId, content });
  const senderOf = (index: number) => (index % 2 === 0 ? ann : bob);
  if (manner === 'pipelined') {
    await Promise.all(markers.map((marker, index) => send(senderOf(index), marker)));
  } else {
    for (const [index, marker] of markers.entries()) await send(senderOf(index), marker);
  }
  await server.kill();
  return markers;
}
