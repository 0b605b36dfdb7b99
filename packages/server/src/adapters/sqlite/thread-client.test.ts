import { describe, expect, it, vi } from 'vitest';
import { AppError } from '../../kernel/app-error.ts';
import { silentLog } from '../../kernel/log.ts';
import type { ObedientOperations, ObedientThreadData } from './testing/obedient-thread.ts';
import { StoppedClock } from './testing/temporary-storage.ts';
import { ThreadClient } from './thread-client.ts';

/** A word of memory that both threads see. */
const newFlag = () => new SharedArrayBuffer(4);
const setFlag = (flag: SharedArrayBuffer, value: number) => {
  Atomics.store(new Int32Array(flag), 0, value);
  Atomics.notify(new Int32Array(flag), 0);
};

async function startClient(
  options: { queueMax?: number; maxCalls?: number; maxChars?: number; refuses?: boolean } = {},
) {
  const clock = new StoppedClock();
  const refuses = newFlag();
  setFlag(refuses, options.refuses ? 1 : 0);
  const workerData: ObedientThreadData = {
    maxCalls: options.maxCalls ?? 256,
    maxChars: options.maxChars ?? 1e6,
    refuses,
  };
  const entry = new URL('./testing/obedient-thread.ts', import.meta.url);
  const logged: string[] = [];
  const log = {
    ...silentLog,
    error: (_facts: object, text: string) => logged.push(text),
    info: (_facts: object, text: string) => logged.push(text),
  };
  const client = new ThreadClient<ObedientOperations, string>({
    name: 'thread',
    entry,
    workerData,
    queueMax: options.queueMax ?? 1_000,
    clock,
    log,
  });
  const facts = await client.start();
  return { client, clock, refuses, logged, facts, [Symbol.asyncDispose]: () => client.stop() };
}

const failure = (code: string) => expect.objectContaining({ code });

/** Calls until the thread answers. */
const untilAnswers = (client: ThreadClient<ObedientOperations, string>) =>
  vi.waitFor(() => client.call('echo', 'back'), { timeout: 15_000, interval: 20 });

describe('a client of a thread', () => {
  it('starts the thread and gets its facts', async () => {
    await using thread = await startClient();
    expect(thread.facts).toBe('ready');
    expect(await thread.client.call('echo', { any: ['value', 1, null, undefined] })).toEqual({
      any: ['value', 1, null, undefined],
    });
  });

  it('settles calls in their order, failed ones too', async () => {
    await using thread = await startClient();
    const order: unknown[] = [];
    const calls = Array.from({ length: 500 }, (_, i) =>
      (i % 7 === 0 ? thread.client.call('fail', `no ${i}`) : thread.client.call('echo', i)).then(
        () => order.push(i),
        (error: AppError) => order.push(error.code === 'internal' ? i : error),
      ),
    );
    await Promise.all(calls);
    expect(order).toEqual(Array.from({ length: 500 }, (_, i) => i));
    expect(thread.client.depth).toBe(0);
  });

  it('fails a call of the thread as internal, with the reason as cause only', async () => {
    await using thread = await startClient();
    const error = await thread.client.call('fail', 'secret detail').catch((thrown: unknown) => thrown as AppError);
    expect(error).toBeInstanceOf(AppError);
    expect(error).toMatchObject({ code: 'internal' });
    expect(error.message).not.toContain('secret');
    expect(error.cause).toMatchObject({ message: expect.stringContaining('secret detail') });
  });

  it('lets the calls of one turn be run together, up to their number and size', async () => {
    await using thread = await startClient({ maxCalls: 10, maxChars: 100 });
    const sizes = await Promise.all(Array.from({ length: 25 }, () => thread.client.call('batch', '')));
    expect(sizes).toEqual([...Array(20).fill(10), ...Array(5).fill(5)]);
    const large = await Promise.all(Array.from({ length: 4 }, () => thread.client.call('batch', 'x'.repeat(60))));
    expect(large).toEqual([2, 2, 2, 2]);
    // one that is larger than all may be must still be run
    expect(await thread.client.call('batch', 'x'.repeat(1_000))).toBe(1);
  });

  it('takes what came while the thread was busy as one batch', async () => {
    await using thread = await startClient();
    const flag = newFlag();
    const busy = thread.client.call('wait', flag);
    const turns: Promise<number>[] = [];
    for (let turn = 0; turn < 5; turn++) {
      turns.push(thread.client.call('batch', ''));
      await new Promise((resolve) => setImmediate(resolve));
    }
    setFlag(flag, 1);
    await busy;
    expect((await Promise.all(turns)).at(-1)).toBeGreaterThan(1);
  });

  it('sends a call that is in no hurry with the next one, before it, and asks for its arguments then', async () => {
    await using thread = await startClient();
    let value = 'too early';
    const order: unknown[] = [];
    const later = thread.client.callLater('echo', () => [value]).then((echoed) => order.push(echoed));
    value = 'as late as possible';
    const next = thread.client.call('batch', '').then((size) => order.push(size));
    await Promise.all([later, next]);
    expect(order).toEqual(['as late as possible', 2]);
  });

  it('sends a call that is in no hurry by itself when nothing else comes, and before it stops', async () => {
    const thread = await startClient();
    expect(await thread.client.callLater('echo', () => ['alone'])).toBe('alone');
    const last = thread.client.callLater('echo', () => ['last']);
    await thread.client.stop();
    expect(await last).toBe('last');
    await expect(thread.client.callLater('echo', () => ['late'])).rejects.toEqual(failure('storage_unavailable'));
  });

  it('tells the thread the time of its clock', async () => {
    await using thread = await startClient();
    thread.clock.nowMs = 1_800_000_000_000;
    expect(await thread.client.call('time')).toBe(1_800_000_000_000);
  });

  it('refuses calls beyond the queue at once, and takes them again when it has emptied', async () => {
    await using thread = await startClient({ queueMax: 8 });
    const flag = newFlag();
    const busy = thread.client.call('wait', flag);
    const outcomes = Promise.allSettled(Array.from({ length: 20 }, (_, i) => thread.client.call('echo', i)));
    expect(thread.client.depth).toBe(8);
    setFlag(flag, 1);
    const settled = await outcomes;
    expect(settled.filter(({ status }) => status === 'fulfilled')).toHaveLength(7);
    for (const outcome of settled.slice(7))
      expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 'overloaded', retryAfterMs: 500 } });
    await busy;
    expect(await thread.client.call('echo', 'again')).toBe('again');
  });
});

describe('a thread that dies', () => {
  const end = async ({ client }: { client: ThreadClient<ObedientOperations, string> }, how: string) => {
    if (how === 'terminate') await client.terminate();
    else await client.call(how === 'exit' ? 'exit' : 'crash').catch(() => undefined);
    await vi.waitFor(() => expect(client.fault).toBeDefined(), { interval: 1 });
  };

  it('fails what was under way', async () => {
    await using thread = await startClient();
    const { client } = thread;
    const calls = [client.call('exit'), client.call('echo', 1), client.callLater('echo', () => [2])];
    for (const settled of await Promise.allSettled(calls))
      expect(settled).toMatchObject({
        status: 'rejected',
        reason: { code: 'storage_unavailable', retryAfterMs: 1_000 },
      });
    expect(thread.client.depth).toBe(0);
  });

  it('fails what was under way also when it was busy', async () => {
    await using thread = await startClient();
    const call = thread.client.call('wait', newFlag());
    call.catch(() => undefined);
    await end(thread, 'terminate');
    await expect(call).rejects.toEqual(failure('storage_unavailable'));
  });

  it.each(['exit', 'crash', 'terminate'])('by %s is started again, and says so', async (how) => {
    await using thread = await startClient();
    const { client } = thread;
    await end(thread, how);
    await expect(client.call('echo', 1)).rejects.toEqual(failure('storage_unavailable'));
    expect(await untilAnswers(client)).toBe('back');
    expect(client.fault).toBeUndefined();
    expect(client.lastFault?.reason).toBe(
      how === 'crash' ? 'Told to crash.' : 'The thread thread of the storage ended.',
    );
    expect(thread.logged).toEqual([
      'The thread of the storage fails; it is tried again.',
      'The thread of the storage works again.',
    ]);
  });

  it('is started again until it works', async () => {
    await using thread = await startClient();
    setFlag(thread.refuses, 1);
    await thread.client.terminate();
    await vi.waitFor(() => expect(thread.client.fault).toBeDefined());
    await expect(thread.client.call('echo', 1)).rejects.toEqual(failure('storage_unavailable'));
    setFlag(thread.refuses, 0);
    expect(await untilAnswers(thread.client)).toBe('back');
  });

  it('stays down once it was stopped', async () => {
    const thread = await startClient();
    await thread.client.terminate();
    await thread.client.stop();
    await thread.client.stop();
    await expect(thread.client.call('echo', 1)).rejects.toEqual(failure('storage_unavailable'));
  });
});

describe('a thread that refuses to start', () => {
  it('tells why', async () => {
    await expect(startClient({ refuses: true })).rejects.toMatchObject({
      code: 'database_corrupt',
      message: 'Told to refuse.',
    });
  });
});

describe('stopping a client', () => {
  it('lets everything finish that was called before', async () => {
    const thread = await startClient({ maxCalls: 10 });
    const calls = Array.from({ length: 100 }, (_, i) => thread.client.call('echo', i));
    await thread.client.stop();
    expect(await Promise.all(calls)).toEqual(Array.from({ length: 100 }, (_, i) => i));
  });
});
