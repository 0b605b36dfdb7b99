import { describe, expect, it } from 'vitest';
import { silentLog } from '../../kernel/log.ts';
import type { ChatLog } from '../../ports/chat-log.ts';
import { openStorage } from './open-storage.ts';
import { startChild } from './testing/child.ts';
import { openTemporaryStorage } from './testing/temporary-storage.ts';

const CRASHES = 4;
/** More than the child has under way. */
const SENT_BEYOND = 200;
const USER = 'usr_a';

interface Acknowledged {
  readonly number: number;
  readonly seq: number;
}

/** Runs the child until so many acknowledgements were seen, kills it, and returns all that it had written. */
async function appendAndCrash(
  directory: string,
  chatId: string,
  first: number,
  count: number,
): Promise<Acknowledged[]> {
  await using child = startChild('append-until-killed', directory, chatId, USER, String(first));
  const acknowledged: Acknowledged[] = [];
  const take = (line: IteratorResult<string>) => {
    // the last line may be cut: then its end is missing
    const [, number, seq] = /^(\d+) (\d+);$/.exec(String(line.value)) ?? [];
    if (!line.done && number !== undefined) acknowledged.push({ number: Number(number), seq: Number(seq) });
  };
  while (acknowledged.length < count) {
    const line = await child.lines.next();
    if (line.done) throw new Error('The program that appends ended by itself.');
    take(line);
  }
  await child.kill();
  for (let line = await child.lines.next(); !line.done; line = await child.lines.next()) take(line);
  return acknowledged;
}

const send = (log: ChatLog, chatId: string, number: number) =>
  log.append({ chatId, senderId: USER, content: `message ${number}`, clientMsgId: `id-${number}`, wantMembers: false });

describe('a server that is killed while it writes', () => {
  it('loses nothing that it acknowledged, repeats nothing, and leaves no hole', { timeout: 60_000 }, async () => {
    await using temporary = await openTemporaryStorage({ synchronous: 'full' });
    const { directory, storage } = temporary;
    const user = { id: USER, issuer: 'parley', username: null, name: null, roles: [], passwordHash: null };
    await storage.accounts.createUser(user);
    const group = { creatorId: USER, name: 'A', memberIds: [], clientOpId: undefined, maxMembers: 9 };
    const made = await storage.chatLog.createGroup(group);
    if (made.status !== 'ok') throw new Error(made.code);
    const { chatId } = made;
    await storage.stop();

    let next = 1;
    for (let crash = 0; crash < CRASHES; crash++) {
      const acknowledged = await appendAndCrash(directory, chatId, next, 50 + Math.floor(Math.random() * 3_000));
      await using again = await openStorage({ directory, synchronous: 'full', log: silentLog });
      const log = again.chatLog;
      const last = Math.max(...acknowledged.map(({ number }) => number));

      const ids = acknowledged.map(({ number }) => `id-${number}`);
      const fates = await log.fates(USER, ids);
      expect(fates).toEqual(
        acknowledged.map(({ number, seq }) => ({ clientMsgId: `id-${number}`, status: 'accepted', chatId, seq })),
      );
      // the client sends again whatever it is not sure about
      const numbers = Array.from({ length: last + SENT_BEYOND - next }, (_, i) => next + i);
      // fewer at once than the queue takes
      while (numbers.length > 0) {
        const outcomes = await Promise.all(numbers.splice(0, 1_000).map((number) => send(log, chatId, number)));
        expect(outcomes.filter(({ status }) => status !== 'ok')).toEqual([]);
      }
      next = last + SENT_BEYOND;

      const seqs: number[] = [];
      const contents = new Set<string>();
      for (let after = 0; ; after = seqs.at(-1) as number) {
        const page = await log.eventsAfter({ chatId, userId: USER, afterSeq: after, limit: 5_000, maxBytes: 1e9 });
        if (page.events.length === 0) break;
        for (const event of page.events) {
          seqs.push(event.seq);
          contents.add(event.kind === 'message' ? event.content : event.kind);
        }
      }
      expect(seqs).toEqual(seqs.map((_, i) => i + 1));
      expect(contents.size).toBe(seqs.length);
      expect(contents.size).toBe(next);
    }
  });
});
