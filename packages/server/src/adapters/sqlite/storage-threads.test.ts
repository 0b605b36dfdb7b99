import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { systemClock } from '../../kernel/clock.ts';
import { silentLog } from '../../kernel/log.ts';
import type { MessageStored } from '../../ports/chat-log.ts';
import { createThreads } from './storage-threads.ts';
import { temporaryDirectory } from './testing/temporary-storage.ts';

const USER = 'usr_a';
const CHAT = 'chat_a';

/** The threads of a database of their own, with a chat of one user. */
async function startThreads() {
  const directory = temporaryDirectory();
  const data = {
    path: join(directory.path, 'parley.db'),
    synchronous: 'full',
    busyTimeoutMs: 1_000,
    databaseMaxBytes: 0,
    auditKey: undefined,
    batchMaxCalls: 16,
    batchMaxChars: 1e6,
  } as const;
  const threads = createThreads(data, { queueMax: 10_000, clock: systemClock, log: silentLog });
  const { writer, reader } = threads;
  await Promise.all([writer.start(), reader.start()]);
  await writer.call('ensureUsers', [
    { id: USER, issuer: 'parley', username: null, name: null, roles: [], passwordHash: null },
  ]);
  const group = { chatId: CHAT, creatorId: USER, name: 'A', memberIds: [], clientOpId: undefined, maxMembers: 9 };
  await writer.call('createGroup', group);
  const send = (id: string) => writer.call('append', CHAT, USER, id, id, false) as Promise<MessageStored>;
  return {
    writer,
    reader,
    send,
    async [Symbol.asyncDispose]() {
      await Promise.all([writer.stop(), reader.stop()]);
      directory[Symbol.dispose]();
    },
  };
}

describe('a writer thread that dies in the middle of its work', () => {
  it('leaves everything that it acknowledged, and the next one goes on', async () => {
    await using threads = await startThreads();
    const { writer, reader, send } = threads;
    for (let death = 1; death <= 3; death++) {
      const ids = Array.from({ length: 2_000 }, (_, i) => `${death}-${i}`);
      const sends = ids.map(send);
      const settled = Promise.allSettled(sends);
      await sends[50 * death];
      await writer.terminate();
      const outcomes = await settled;
      const acknowledged = outcomes.filter(({ status }) => status === 'fulfilled');
      expect(acknowledged.length).toBeGreaterThan(50 * death);
      for (const outcome of outcomes)
        if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject({ code: 'storage_unavailable' });

      const again = await vi.waitFor(() => Promise.all(ids.map(send)), { timeout: 15_000, interval: 20 });
      expect(new Set(again.map(({ seq }) => seq)).size).toBe(ids.length);
      for (const [i, outcome] of outcomes.entries())
        if (outcome.status === 'fulfilled') expect(again[i]).toEqual({ ...outcome.value, isDuplicate: true });
    }
    expect(await reader.call('heads', USER, undefined)).toEqual([{ chatId: CHAT, headSeq: 6_001 }]);
  });
});

describe('a reader thread that dies', () => {
  it('does not keep the writer from working, and reads again', async () => {
    await using threads = await startThreads();
    const { writer, reader, send } = threads;
    await reader.terminate();
    expect(await send('meanwhile')).toMatchObject({ seq: 2 });
    expect(writer.fault).toBeUndefined();
    const read = () => reader.call('heads', USER, undefined);
    expect(await vi.waitFor(read, { timeout: 15_000, interval: 20 })).toEqual([{ chatId: CHAT, headSeq: 2 }]);
    expect(reader.fault).toBeUndefined();
  });
});
