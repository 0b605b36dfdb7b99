import { randomUUID } from 'node:crypto';
import { rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import { callApi } from '../support/call-api.ts';
import { connectUser } from '../support/connect-user.ts';
import { runParley } from '../support/run-parley.ts';
import { runProgram } from '../support/run-program.ts';
import { startServer, type TestServer } from '../support/start-server.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';
import type { TestClient } from '../support/test-client.ts';
import { JWT_SECRET } from '../support/test-users.ts';
import { until } from '../support/until.ts';

/** Takes the storage away from a running server, and gives it back. */
interface Fault {
  cause(server: TestServer): Promise<void>;
  mend(server: TestServer): Promise<void>;
}

const database = (server: TestServer) => join(server.dataDir, 'parley.db');

/** Another program, such as a backup tool, holds the write lock. */
function lock(): Fault {
  let holder: DatabaseSync | undefined;
  return {
    async cause(server) {
      holder = new DatabaseSync(database(server));
      holder.exec('BEGIN IMMEDIATE');
    },
    async mend() {
      holder?.exec('ROLLBACK');
      holder?.close();
    },
  };
}

/** The kernel refuses to let files grow, as a quota does. */
const quota: Fault = {
  async cause(server) {
    const { size } = await stat(`${database(server)}-wal`);
    await limitFileSize(server, `${size}:unlimited`);
  },
  mend: (server) => limitFileSize(server, 'unlimited'),
};

async function limitFileSize(server: TestServer, limit: string): Promise<void> {
  const { exitCode, stderr } = await runProgram(['prlimit', '--pid', String(server.pid), `--fsize=${limit}`]);
  if (exitCode !== 0) throw new Error(`prlimit failed: ${stderr}`);
}

/** Nothing is left on the disk: another file has taken it all. */
const fullDisk: Fault = {
  async cause(server) {
    await writeFile(join(server.dataDir, 'filler'), Buffer.alloc(DISK_BYTES)).catch(
      (failure: NodeJS.ErrnoException) => {
        if (failure.code !== 'ENOSPC') throw failure;
      },
    );
  },
  mend: (server) => rm(join(server.dataDir, 'filler')),
};

const DISK_BYTES = 4 * 1024 * 1024;

/** A directory on a disk of its own, that small; undefined where this user may not mount one. */
async function smallDisk(
  ...options: readonly string[]
): Promise<({ readonly path: string } & AsyncDisposable) | undefined> {
  const directory = await temporaryDirectory();
  const mountOptions = [`size=${DISK_BYTES}`, 'mode=700', ...options].join(',');
  const { exitCode } = await runProgram(['mount', '-t', 'tmpfs', '-o', mountOptions, 'tmpfs', directory.path]);
  if (exitCode !== 0) {
    await directory[Symbol.asyncDispose]();
    return undefined;
  }
  return {
    path: directory.path,
    async [Symbol.asyncDispose]() {
      await runProgram(['umount', directory.path]);
      await directory[Symbol.asyncDispose]();
    },
  };
}

const canMount = await smallDisk();
await canMount?.[Symbol.asyncDispose]();
if (canMount === undefined)
  process.stderr.write('\nSKIPPED: tests of a full disk; this user may not mount a small one.\n');

interface Send {
  readonly chat_id: string;
  readonly content: string;
  readonly client_msg_id: string;
}

const newSend = (chatId: string): Send => ({
  chat_id: chatId,
  content: `${randomUUID()} ${'x'.repeat(2000)}`,
  client_msg_id: randomUUID(),
});

/** Sends until one is refused; returns that one. What was acknowledged is added to `acknowledged`. */
async function sendUntilRefused(client: TestClient, chatId: string, acknowledged: Send[]): Promise<Send> {
  return until('a refusal', async () => {
    const send = newSend(chatId);
    const answer = await client.exchange('message', send);
    if (answer.status === 'error') {
      expect(answer).toMatchObject({ code: 'storage_unavailable', retry: 'backoff' });
      return send;
    }
    acknowledged.push(send);
    return undefined;
  });
}

const readiness = async (server: TestServer): Promise<string> => {
  const { status, json } = await callApi(server, 'GET', '/readyz');
  return `${status} ${String(json?.['code'] ?? json?.['status'])}`;
};

async function contentsOf(client: TestClient, chatId: string): Promise<readonly string[]> {
  const contents: string[] = [];
  for (let after = 0, isComplete = false; !isComplete; ) {
    const page = await client.ask('get_messages', { chat_id: chatId, after_seq: after, limit: 200 });
    contents.push(...page.messages.map(({ content }) => content));
    after = page.next ?? after;
    isComplete = page.complete;
  }
  return contents;
}

/** What every fault must look like from the outside, and that it is over by itself once its cause is. */
async function examine(fault: Fault, dataDir?: string): Promise<void> {
  await using server = await startServer({
    env: { JWT_SECRET },
    mayLogFaults: true,
    ...(dataDir !== undefined && { dataDir }),
  });
  await using ann = await connectUser(server, 'ann');
  const { id: chatId } = await ann.ask('create_group', { group_name: 'g', member_ids: [] });
  const acknowledged = [newSend(chatId)];
  await ann.ask('message', acknowledged[0] as Send);

  await fault.cause(server);
  const refused = [await sendUntilRefused(ann, chatId, acknowledged)];
  await until('the server to be unready', async () => (await readiness(server)) === '503 storage_unavailable');
  expect((await callApi(server, 'GET', '/livez')).status).toBe(200);
  refused.push(newSend(chatId));
  const again = await Promise.all(refused.map((send) => ann.exchange('message', send)));
  for (const answer of again) expect(answer).toMatchObject({ code: 'storage_unavailable' });
  // what is stored can still be read, and the connection lives
  expect(await contentsOf(ann, chatId)).toEqual(acknowledged.map(({ content }) => content));

  await fault.mend(server);
  await until('the server to be ready again', async () => (await readiness(server)) === '200 ok');
  for (const send of refused) {
    await ann.ask('message', send);
    expect(await ann.ask('message', send)).toMatchObject({ duplicate: true });
  }
  const expected = [...acknowledged, ...refused].map(({ content }) => content);
  expect(await contentsOf(ann, chatId)).toEqual(expected);
  await server.restart();
  await using later = await connectUser(server, 'ann');
  expect(await contentsOf(later, chatId)).toEqual(expected);
}

describe('a storage that cannot write is told with storage_unavailable, loses nothing, and recovers without a restart', () => {
  it('when another program holds the lock', () => examine(lock()));

  it('when files may not grow', () => examine(quota));

  it.runIf(canMount !== undefined)('when the disk is full', async () => {
    await using disk = await smallDisk();
    await examine(fullDisk, disk?.path);
  });
});

describe('a data directory that cannot be used stops the start with one sentence', () => {
  const start = (dataDir: string) => runParley(['start'], { dataDir, env: { PORT: '0' } });

  it('when it is a file', async () => {
    await using directory = await temporaryDirectory();
    const path = join(directory.path, 'file');
    await writeFile(path, '');
    const { exitCode, stderr } = await start(path);
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/^The data directory \S*file cannot be used: .*\n.*\n\(data_dir_unusable\)\n$/);
  });

  it('when the database is no database', async () => {
    await using directory = await temporaryDirectory();
    await writeFile(
      join(directory.path, 'parley.db'),
      'not a database, and far too long to be an empty one'.repeat(99),
    );
    const { exitCode, stderr } = await start(directory.path);
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/^The database \S*parley\.db .*\n[^\n]*\n\(database_corrupt\)\n$/s);
  });

  it('when another server uses it', async () => {
    await using server = await startServer();
    const { exitCode, stderr } = await start(server.dataDir);
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/\(data_dir_in_use\)\n$/);
  });

  it.runIf(canMount !== undefined)('when it is on a read-only disk', async () => {
    await using disk = await smallDisk();
    const path = disk?.path ?? '';
    await runProgram(['mount', '-o', 'remount,ro', path]);
    const { exitCode, stderr } = await start(path);
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/\(data_dir_unusable\)\n$/);
  });

  it.runIf(canMount !== undefined)('when the disk is full from the start', async () => {
    await using disk = await smallDisk();
    const path = disk?.path ?? '';
    await runProgram(['sh', '-c', 'cat /dev/zero > "$0/filler"', path]);
    const { exitCode, stderr } = await start(path);
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/\(data_dir_unusable\)\n$/);
  });
});
