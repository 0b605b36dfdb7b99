import { describe, expect, it } from 'vitest';
import { AppError } from '../kernel/app-error.ts';
import { type Log, silentLog } from '../kernel/log.ts';
import type { CommandHandlers } from '../ports/caller.ts';
import { answersTo } from './testing/answers-to.ts';
import { createTestSession } from './testing/test-session.ts';

const TIME = '2026-11-20T12:00:00.000Z';
const echo: CommandHandlers = {
  ping: () => ({ server_time: TIME }),
  publish: (_caller, { topic }) => ({ topic, epoch: 'e', offset: 1 }),
  sync: (_caller, { chats }) => ({ heads: Object.fromEntries(chats ?? []), refused: [], pending: [] }),
  create_group: () => Promise.reject(new AppError('group_full')),
};

describe('a message that is well', () => {
  it('is answered with its type, its request id and a payload', async () => {
    using session = createTestSession({ handlers: echo });
    const answers = await answersTo(session.connect(), { type: 'ping', request_id: 7 }, { type: 'ping' });
    expect(answers).toEqual([
      { type: 'ping', status: 'success', request_id: 7, payload: { server_time: TIME } },
      { type: 'ping', status: 'success', payload: { server_time: TIME } },
    ]);
  });

  it('has its request id echoed as it came', async () => {
    using session = createTestSession({ handlers: echo });
    const ids = ['', 'x'.repeat(128), 'é'.repeat(64), '"\\\n\u2028', 0, -1, Number.MAX_SAFE_INTEGER];
    const answers = await answersTo(session.connect(), ...ids.map((request_id) => ({ type: 'ping', request_id })));
    expect(answers.map(({ request_id }) => request_id)).toEqual(ids);
    expect(answers.every(({ status }) => status === 'success')).toBe(true);
  });

  it('may carry fields that nobody knows', async () => {
    using session = createTestSession({ handlers: echo });
    const [answer] = await answersTo(session.connect(), { type: 'ping', future: { deep: [1, { x: null }] } });
    expect(answer?.status).toBe('success');
  });

  it('hello is answered by welcome', async () => {
    const welcome = {
      protocol: 1,
      connection_id: 'con',
      server_time: TIME,
      limits: {},
      durability: 'fsync',
      heartbeat_ms: 1,
      log_epoch: 'e',
    } as const;
    using session = createTestSession({ handlers: { hello: () => welcome } });
    expect(await answersTo(session.connect(), { type: 'hello' })).toMatchObject([
      { type: 'welcome', payload: welcome },
    ]);
  });
});

describe('a message with something wrong', () => {
  const cases: readonly (readonly [name: string, text: string | object, code: string])[] = [
    ['nothing', '', 'invalid_json'],
    ['no JSON', '{"type":"ping"', 'invalid_json'],
    ['two objects', '{"type":"ping"}{"type":"ping"}', 'invalid_json'],
    ['NaN', '{"type":"ping","request_id":NaN}', 'invalid_json'],
    ['an array', '[{"type":"ping"}]', 'invalid_message'],
    ['null', 'null', 'invalid_message'],
    ['a string', '"ping"', 'invalid_message'],
    ['a number', '7', 'invalid_message'],
    ['no type', {}, 'invalid_message'],
    ['a type that is no string', { type: ['ping'] }, 'invalid_message'],
    ['an endless type', { type: 'p'.repeat(65) }, 'invalid_message'],
    ['an unknown type', { type: 'pong' }, 'unknown_type'],
    ['an inherited name as its type', { type: 'constructor' }, 'unknown_type'],
    ['the name of the prototype as its type', { type: '__proto__' }, 'unknown_type'],
    ['a null request id', { type: 'ping', request_id: null }, 'invalid_request_id'],
    ['a long request id', { type: 'ping', request_id: 'x'.repeat(129) }, 'invalid_request_id'],
    ['a request id of too many bytes', { type: 'ping', request_id: 'é'.repeat(65) }, 'invalid_request_id'],
    ['a fraction as its request id', { type: 'ping', request_id: 1.5 }, 'invalid_request_id'],
    ['an unsafe integer as its request id', '{"type":"ping","request_id":9007199254740992}', 'invalid_request_id'],
    ['an object as its request id', { type: 'ping', request_id: { toString: 1 } }, 'invalid_request_id'],
    ['a boolean request id', { type: 'ping', request_id: true }, 'invalid_request_id'],
    ['a field of the wrong form', { type: 'ping', heads: 'yes' }, 'invalid_fields'],
    ['fields nested too deeply', { type: 'ping', x: nested(9) }, 'invalid_fields'],
    ['fields nested without end', `{"type":"ping","x":${'['.repeat(20_000)}${']'.repeat(20_000)}}`, 'invalid_fields'],
    ['a reserved key', '{"type":"ping","__proto__":{"heads":true}}', 'reserved_key'],
    ['a reserved key further down', '{"type":"ping","x":[{"y":{"constructor":1}}]}', 'reserved_key'],
    ['a reserved key beside the data', '{"type":"ping","prototype":null}', 'reserved_key'],
    ['no user yet', { type: 'message', chat_id: 'c', content: 'hi' }, 'not_authenticated'],
  ];

  it.each(cases)('%s: is answered with its error, and the connection lives', async (_name, text, code) => {
    using session = createTestSession({ handlers: echo });
    const peer = session.connect();
    const answers = await answersTo(peer, text, { type: 'ping', request_id: 'after' });
    expect(answers).toHaveLength(2);
    expect(answers[0]).toMatchObject({ status: 'error', code, message: expect.stringMatching(/^\S.*\.$/) });
    expect(answers[1]).toMatchObject({ status: 'success', request_id: 'after' });
    expect(peer.wire.end).toBeUndefined();
  });

  it('has type and request id in its error, as far as they can be echoed', async () => {
    using session = createTestSession({ handlers: echo });
    const answers = await answersTo(
      session.connect(),
      { type: 'nonsense', request_id: 'a' },
      { type: 'ping', heads: 1, request_id: 'b' },
      { type: 'ping', request_id: {} },
    );
    expect(answers.map(({ type, request_id }) => [type, request_id])).toEqual([
      ['nonsense', 'a'],
      ['ping', 'b'],
      [undefined, undefined],
    ]);
  });

  it('is told which field is wrong, in its own words only', async () => {
    using session = createTestSession({ handlers: echo });
    const peer = session.connect('ann');
    const [wrong, missing] = await answersTo(
      peer,
      { type: 'sync', chats: [['c', -1]] },
      { type: 'message', chat_id: 'c' },
    );
    expect(wrong?.message).toMatch(/^chats\.0\.1: .*\.$/);
    expect(missing?.message).toMatch(/^content: .*\.$/);
  });

  it('leaves no trace in the prototype of objects', async () => {
    using session = createTestSession({ handlers: echo });
    await answersTo(session.connect('ann'), '{"type":"sync","chats":[["__proto__",1]],"__proto__":{"polluted":1}}');
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  it('may have any keys in data, which belongs to the user', async () => {
    using session = createTestSession({ handlers: echo });
    const publish = '{"type":"publish","topic":"public:a","data":{"__proto__":1,"x":{"constructor":[]}}}';
    const answers = await answersTo(
      session.connect('ann'),
      publish,
      publish.replace('"topic"', '"data2":{"data":{"__proto__":1}},"topic"'),
    );
    expect(answers.map(({ status, code }) => code ?? status)).toEqual(['success', 'reserved_key']);
  });
});

describe('a handler that fails', () => {
  const secret = 'password=hunter2';
  const failing: CommandHandlers = {
    ping: () => {
      throw new Error(secret);
    },
    get_messages: () => Promise.reject(new TypeError(secret)),
    leave_group: () => Promise.reject(new AppError('last_owner')),
    find_users: () => Promise.resolve({ users: [], complete: true, cyclic: 1n } as never),
    get_user_chats: () => ({ chats: [], complete: true, big: 1n }) as never,
  };

  it('is answered with its code, or internal and no word of what it was; the cause is logged', async () => {
    const lines: object[] = [];
    const log: Log = { ...silentLog, error: (facts) => void lines.push(facts) };
    using session = createTestSession({ handlers: failing, log });
    const answers = await answersTo(
      session.connect('ann'),
      { type: 'ping', request_id: 1 },
      { type: 'get_messages', chat_id: 'c', request_id: 2 },
      { type: 'leave_group', group_id: 'g', request_id: 3 },
    );
    expect(answers.map(({ request_id, code }) => [request_id, code])).toEqual([
      [1, 'internal'],
      [2, 'internal'],
      [3, 'last_owner'],
    ]);
    expect(JSON.stringify(answers)).not.toContain(secret);
    expect(lines).toMatchObject([{ type: 'ping', err: { message: secret } }, { type: 'get_messages' }]);
  });

  it('is answered with internal when its answer cannot be told, at once or later', async () => {
    using session = createTestSession({ handlers: failing });
    const answers = await answersTo(
      session.connect('ann'),
      { type: 'find_users', query: 'ann' },
      { type: 'get_user_chats' },
    );
    expect(answers.map(({ type, code }) => [type, code])).toEqual([
      ['get_user_chats', 'internal'],
      ['find_users', 'internal'],
    ]);
  });

  it('counts as failed, and each command by its type; strangers share one count', async () => {
    using session = createTestSession({ handlers: { ...echo, ...failing, ping: () => ({ server_time: TIME }) } });
    const peer = session.connect('ann');
    await answersTo(peer, { type: 'ping' }, { type: 'ping', heads: 1 }, { type: 'leave_group', group_id: 'g' });
    for (let i = 0; i < 100; i++) await answersTo(peer, { type: `made up ${i}` });
    const { commands } = session.layer.counters;
    expect(commands.get('ping')).toMatchObject({ received: 2, failed: 1 });
    expect(commands.get('leave_group')).toMatchObject({ received: 1, failed: 1 });
    expect(commands.get('other')).toMatchObject({ received: 100 });
    expect([...commands.keys()].filter((type) => type.startsWith('made'))).toEqual([]);
  });
});

describe('what closes a connection', () => {
  const refusing: CommandHandlers = {
    ...echo,
    auth: () => Promise.reject(new AppError('token_expired')),
    login: () => Promise.reject(new AppError('invalid_credentials')),
    hello: () => {
      throw new AppError('unsupported_version');
    },
  };

  it('a refused token: its error, then the close code of the error, and nothing after it', async () => {
    using session = createTestSession({ handlers: refusing });
    const peer = session.connect();
    const answers = await answersTo(peer, { type: 'auth', token: 'x', request_id: 1 }, { type: 'ping' });
    expect(answers).toMatchObject([{ type: 'auth', request_id: 1, status: 'error', code: 'token_expired' }]);
    expect(peer.wire.end).toEqual({ code: 4001, reason: 'token_expired' });
  });

  it('not a wrong password, nor a refused token on a connection that has a user', async () => {
    using session = createTestSession({ handlers: refusing });
    const [stranger, ann] = [session.connect(), session.connect('ann')];
    await answersTo(stranger, { type: 'login', username: 'a', password: 'b' });
    await answersTo(ann, { type: 'auth', token: 'x' });
    expect([stranger.wire.end, ann.wire.end]).toEqual([undefined, undefined]);
    expect(ann.wire.types).toEqual(['token_expired']);
  });

  it('a version that is not spoken here, whoever asks', async () => {
    using session = createTestSession({ handlers: refusing });
    for (const peer of [session.connect(), session.connect('ann')]) {
      await answersTo(peer, { type: 'hello', protocol: 99 });
      expect(peer.wire.types).toEqual(['unsupported_version']);
      expect(peer.wire.end).toEqual({ code: 4507, reason: 'unsupported_version' });
    }
  });
});

function nested(levels: number): object {
  return levels === 0 ? {} : { nested: nested(levels - 1) };
}
