import { setTimeout as sleep } from 'node:timers/promises';
import { LineClient } from '../../support/line-client.ts';
import { runParley } from '../../support/run-parley.ts';
import { startServer, type TestServer } from '../../support/start-server.ts';
import type { TestClient } from '../../support/test-client.ts';
import { JWT_SECRET, mintUserToken } from '../../support/test-users.ts';
import { until } from '../../support/until.ts';
import { WsClient } from '../../support/ws-client.ts';
import { compareSides, type Disagreement } from './compare-sides.ts';
import { CursorReader } from './cursor-reader.ts';
import { LoadSender } from './load-sender.ts';
import type { Connect } from './persistent-client.ts';
import { type LoggedMessage, readLog } from './read-log.ts';

/** How much of it. */
export interface CrashLoopOptions {
  readonly rounds: number;
  /** Told after each crash. */
  readonly onRound?: (round: number, acknowledged: number) => void;
}

/** What came of it. */
export interface CrashLoopReport {
  readonly crashes: number;
  readonly acknowledged: number;
  readonly stored: number;
  readonly interrupted: number;
  readonly foundStored: number;
  readonly sentAgain: number;
  readonly answeredAsDuplicate: number;
  readonly pushed: number;
  readonly paged: number;
  readonly gapsTold: number;
  readonly reconnects: number;
  readonly disagreement: Disagreement;
  /** Everything else that must never happen, in sentences. */
  readonly violations: readonly string[];
}

const CHATS = 3;
const SENDERS = 4;
const READERS = 4;
const WINDOW = 24;
/** The server is killed at a random moment of this span after it began to listen. */
const KILL_SPAN_MS = 700;
/** Small, so that a reader who stayed away is told of gaps. */
const REPLAY_MAX_EVENTS = 50;
/** What is sent while one reader is away: about three times that in each chat. */
const ABSENCE_MESSAGES = CHATS * REPLAY_MAX_EVENTS * 3;
const CATCH_UP_MS = 60_000;

/**
 * Kills the server again and again while clients send and read over both transports, then compares what senders were
 * promised with what the log holds and what readers got.
 */
export async function runCrashLoop({ rounds, onRound }: CrashLoopOptions): Promise<CrashLoopReport> {
  await using server = await startServer({
    env: { JWT_SECRET, REPLAY_MAX_EVENTS: String(REPLAY_MAX_EVENTS) },
  });
  const chatIds = await createChats(server);
  const connectAs = (user: string, index: number): Connect => {
    const transport = index % 2 === 0 ? WsClient : LineClient;
    return (observe) => transport.connect({ port: server.port, token: mintUserToken(user), observe });
  };
  const senders = names('sender', SENDERS).map(
    (name, index) => new LoadSender(name, connectAs(name, index), { chatIds, window: WINDOW }),
  );
  const readers = names('reader', READERS).map(
    (name, index) => new CursorReader(name, connectAs(name, index), chatIds),
  );
  const clients = [...senders, ...readers];
  for (const client of clients) client.start();
  for (let round = 1; round <= rounds; round++) {
    await crash(server, senders, readers, round);
    onRound?.(
      round,
      sum(senders, ({ acknowledged }) => acknowledged.size),
    );
  }
  for (const sender of senders) sender.finish();
  await until('every send to be settled', () => senders.every(({ pendingCount }) => pendingCount === 0), {
    timeoutMs: CATCH_UP_MS,
  });
  const logs = await readBack(server, chatIds, readers);
  await Promise.all(clients.map((client) => client.stop()));
  const violations = [...clients.flatMap((client) => client.violations), ...(await examineData(server))];
  return {
    crashes: rounds,
    acknowledged: sum(senders, ({ acknowledged }) => acknowledged.size),
    stored: sum([...logs.values()], ({ length }) => length),
    interrupted: sum(senders, ({ interrupted }) => interrupted),
    foundStored: sum(senders, ({ foundStored }) => foundStored),
    sentAgain: sum(senders, ({ sentAgain }) => sentAgain),
    answeredAsDuplicate: sum(senders, ({ answeredAsDuplicate }) => answeredAsDuplicate),
    pushed: sum(readers, ({ pushed }) => pushed),
    paged: sum(readers, ({ paged }) => paged),
    gapsTold: sum(readers, ({ gapsTold }) => gapsTold),
    reconnects: sum(clients, ({ connections }) => connections - 1),
    disagreement: compareSides(logs, senders, readers),
    violations,
  };
}

/** Groups with every sender and reader in them. */
async function createChats(server: TestServer): Promise<readonly string[]> {
  const users = [...names('sender', SENDERS), ...names('reader', READERS)];
  const open = (user: string): Promise<TestClient> =>
    LineClient.connect({ port: server.port, token: mintUserToken(user) });
  // users of another service exist once they have been here
  for (const user of users) await (await open(user))[Symbol.asyncDispose]();
  await using owner = await open('owner');
  const chatIds: string[] = [];
  for (const name of names('group', CHATS)) {
    chatIds.push((await owner.ask('create_group', { group_name: name, member_ids: users })).id);
  }
  return chatIds;
}

async function crash(
  server: TestServer,
  senders: readonly LoadSender[],
  readers: readonly CursorReader[],
  round: number,
): Promise<void> {
  const acknowledged = () => sum(senders, (sender) => sender.acknowledged.size);
  const before = acknowledged();
  await until('sends after the restart', () => acknowledged() > before);
  // one reader is away for longer than the replay reaches back, and one sender's connection breaks by itself
  const back = until('sends during an absence', () => acknowledged() > before + ABSENCE_MESSAGES);
  readers[round % readers.length]?.leave(back);
  await sleep(Math.random() * KILL_SPAN_MS);
  senders[round % senders.length]?.leave();
  await sleep(Math.random() * KILL_SPAN_MS);
  await server.restart();
  await back;
}

/** Waits until every reader has everything, and reads the log as a member who was never connected before. */
async function readBack(
  server: TestServer,
  chatIds: readonly string[],
  readers: readonly CursorReader[],
): Promise<ReadonlyMap<string, readonly LoggedMessage[]>> {
  await using owner = await LineClient.connect({ port: server.port, token: mintUserToken('owner') });
  const { heads = {} } = await owner.ask('ping', { heads: true });
  await until('every reader to catch up', () => readers.every((reader) => reader.hasReached(heads)), {
    timeoutMs: CATCH_UP_MS,
  });
  const logs = new Map<string, readonly LoggedMessage[]>();
  for (const chatId of chatIds) {
    const log = await readLog(owner, chatId);
    if (log.at(-1)?.seq !== heads[chatId]) throw new Error(`The log of ${chatId} does not end at its head.`);
    logs.set(chatId, log);
  }
  return logs;
}

/** What the data look like after all the crashes, without a server. */
async function examineData(server: TestServer): Promise<readonly string[]> {
  await server.kill();
  const audit = await runParley(['audit', 'verify'], { dataDir: server.dataDir });
  return audit.exitCode === 0 ? [] : [`The audit log broke: ${audit.stderr}`];
}

function names(kind: string, count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => `${kind}${index + 1}`);
}

function sum<T>(items: readonly T[], value: (item: T) => number): number {
  return items.reduce((total, item) => total + value(item), 0);
}
