import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ChatLog, GroupChange, ListedChat, LogEvent, MemberRole, MessagePage } from '../../ports/chat-log.ts';
import { openTemporaryStorage } from './testing/temporary-storage.ts';

let temporary: Awaited<ReturnType<typeof openTemporaryStorage>>;
let log: ChatLog;
const USERS = ['usr_0', 'usr_1', 'usr_2', 'usr_3', 'usr_4'] as const;
const OWNER = USERS[0];

beforeAll(async () => {
  temporary = await openTemporaryStorage();
  log = temporary.storage.chatLog;
  await temporary.storage.accounts.ensureUsers(
    USERS.map((id) => ({ id, issuer: 'parley', username: null, name: null, roles: [], passwordHash: null })),
  );
});
afterAll(() => temporary[Symbol.asyncDispose]());

let groups = 0;
async function newGroup(memberIds: readonly string[]): Promise<string> {
  const group = { creatorId: OWNER, name: `group ${groups++}`, memberIds, clientOpId: undefined, maxMembers: 10 };
  const made = await log.createGroup(group);
  if (made.status !== 'ok') throw new Error(made.code);
  return made.chatId;
}

const user = fc.constantFrom(...USERS);
const role = fc.constantFrom<MemberRole>('owner', 'admin', 'member');
/** Something that somebody tries in a chat; much of it is refused. */
const attempt = fc.oneof(
  { weight: 4, arbitrary: fc.record({ action: fc.constant('send' as const), actorId: user }) },
  fc.record({ action: fc.constantFrom('add' as const, 'remove' as const), actorId: user, userId: user }),
  fc.record({ action: fc.constant('role' as const), actorId: user, userId: user, role }),
  fc.record({ action: fc.constant('leave' as const), actorId: user }),
  fc.record({ action: fc.constant('rename' as const), actorId: user, name: fc.constantFrom('x', 'y') }),
);
type Attempt = typeof attempt extends fc.Arbitrary<infer T> ? T : never;

async function make(chatId: string, attempts: readonly Attempt[]): Promise<void> {
  const outcomes = attempts.map((each): Promise<unknown> => {
    if (each.action === 'send')
      return log.append({ chatId, senderId: each.actorId, content: 'x', clientMsgId: undefined, wantMembers: false });
    return log.changeGroup({ ...each, chatId, clientOpId: undefined } satisfies GroupChange, { maxMembers: 10 });
  });
  await Promise.all(outcomes);
}

async function allEvents(chatId: string, userId: string, afterSeq = 0, limit = 10_000): Promise<readonly LogEvent[]> {
  return (await log.eventsAfter({ chatId, userId, afterSeq, limit, maxBytes: 1e9 })).events;
}

describe('for any history of a chat', () => {
  it('every page walk shows each visible message once and in order', async () => {
    const walk = async (chatId: string, userId: string, limit: number, direction: 'afterSeq' | 'beforeSeq') => {
      const pages: number[][] = [];
      let cursor = direction === 'afterSeq' ? 0 : Number.MAX_SAFE_INTEGER;
      for (;;) {
        const page = (await log.listMessages({ chatId, userId, limit, [direction]: cursor })) as MessagePage;
        const seqs = page.messages.map(({ seq }) => seq);
        pages.push(seqs);
        if (page.isComplete) break;
        expect(seqs).toHaveLength(limit);
        cursor = page.next as number;
      }
      return (direction === 'afterSeq' ? pages : pages.toReversed()).flat();
    };
    await fc.assert(
      fc.asyncProperty(
        fc.array(attempt, { maxLength: 40 }),
        user,
        fc.integer({ min: 1, max: 9 }),
        async (attempts, reader, limit) => {
          const chatId = await newGroup(USERS.slice(1, 4));
          await make(chatId, attempts);
          const events = await allEvents(chatId, reader);
          const visible = events.filter(({ kind }) => kind === 'message').map(({ seq }) => seq);
          if ((await log.listMessages({ chatId, userId: reader, limit })).status === 'rejected') {
            expect(events).toEqual([]);
            return;
          }
          expect(await walk(chatId, reader, limit, 'afterSeq')).toEqual(visible);
          expect(await walk(chatId, reader, limit, 'beforeSeq')).toEqual(visible);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('a reader sees every seq from their first to their last', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(attempt, { maxLength: 40 }),
        user,
        fc.integer({ min: 1, max: 7 }),
        async (attempts, reader, limit) => {
          const chatId = await newGroup(USERS.slice(1, 4));
          await make(chatId, attempts);
          const seqs: number[] = [];
          for (let page = await allEvents(chatId, reader, 0, limit); page.length > 0; ) {
            seqs.push(...page.map(({ seq }) => seq));
            page = await allEvents(chatId, reader, seqs.at(-1), limit);
          }
          expect(seqs).toEqual(seqs.map((_, i) => (seqs[0] as number) + i));
          const [head] = await log.heads(reader, [chatId]);
          expect(head?.headSeq).toBe(seqs.at(-1));
        },
      ),
      { numRuns: 60 },
    );
  });

  it('an earlier state and the events since make the present state', async () => {
    const stateOf = (chat: ListedChat | undefined) => ({
      name: chat?.name,
      members: new Map(chat?.members.map(({ userId, role: itsRole }) => [userId, itsRole])),
      lastSeq: chat?.lastSeq,
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(attempt, { maxLength: 25 }),
        fc.array(attempt, { maxLength: 25 }),
        async (before, after) => {
          // somebody whom nobody can remove sees it all
          const chatId = await newGroup(USERS.slice(1, 4));
          const tame = (each: Attempt) => each.actorId !== OWNER || each.action === 'send';
          const spares = (each: Attempt) => !('userId' in each) || each.userId !== OWNER;
          await make(
            chatId,
            before.filter((each) => tame(each) && spares(each)),
          );
          const state = stateOf(await log.findChat(chatId, OWNER));
          await make(
            chatId,
            after.filter(spares).filter((each) => each.actorId !== OWNER || each.action !== 'leave'),
          );
          for (const event of await allEvents(chatId, OWNER, state.lastSeq)) {
            state.lastSeq = event.seq;
            if (event.kind === 'chat') state.name = event.change.name;
            if (event.kind !== 'member') continue;
            if (event.change.role === null) state.members.delete(event.change.userId);
            else state.members.set(event.change.userId, event.change.role);
          }
          expect(state).toEqual(stateOf(await log.findChat(chatId, OWNER)));
        },
      ),
      { numRuns: 60 },
    );
  });
});

describe('for any sends under way at once', () => {
  it('each new message gets the next seq, and repetitions and refusals get none', async () => {
    const send = fc.record({
      senderId: user,
      content: fc.constantFrom('a', 'b'),
      clientMsgId: fc.option(fc.constantFrom('m1', 'm2', 'm3'), { nil: undefined }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(send, { maxLength: 60 }), async (sends) => {
        const chatId = await newGroup(USERS.slice(1, 3));
        const present = new Set<string>(USERS.slice(0, 3));
        const known = new Map<string, { seq: number; content: string }>();
        let head = 1;
        const expected = sends.map(({ senderId, content, clientMsgId }) => {
          if (!present.has(senderId)) return 'chat_not_found';
          const first = clientMsgId && known.get(`${senderId} ${clientMsgId}`);
          if (first) return first.content === content ? `duplicate ${first.seq}` : 'idempotency_conflict';
          head++;
          if (clientMsgId) known.set(`${senderId} ${clientMsgId}`, { seq: head, content });
          return `new ${head}`;
        });
        // ids are a user's, whatever the chat: each run takes others
        const outcomes = await Promise.all(
          sends.map(({ clientMsgId, ...each }) =>
            log.append({ ...each, chatId, clientMsgId: clientMsgId && `${chatId} ${clientMsgId}`, wantMembers: false }),
          ),
        );
        const told = outcomes.map((outcome) => {
          if (outcome.status === 'rejected') return outcome.code;
          return `${outcome.isDuplicate ? 'duplicate' : 'new'} ${outcome.seq}`;
        });
        expect(told).toEqual(expected);
        expect((await allEvents(chatId, OWNER)).map(({ seq }) => seq)).toEqual(
          Array.from({ length: head }, (_, i) => i + 1),
        );
      }),
      { numRuns: 100 },
    );
  });
});
