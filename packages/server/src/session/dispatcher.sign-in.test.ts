import { describe, expect, it } from 'vitest';
import { AppError } from '../kernel/app-error.ts';
import type { CommandHandlers } from '../ports/caller.ts';
import { answersTo } from './testing/answers-to.ts';
import { createTestSession, identityFor } from './testing/test-session.ts';
import { turns } from './testing/turns.ts';

const echo: CommandHandlers = {
  ping: () => ({ server_time: '' }),
  publish: () => ({ topic: '', epoch: '', offset: 1 }),
};

describe('commands that come while nobody is signed in', () => {
  function slowSignIn() {
    const waiting: (() => void)[] = [];
    const handlers: CommandHandlers = {
      ...echo,
      login: async (caller, { username }) => {
        await new Promise<void>((resolve) => waiting.push(resolve));
        if (username === 'eve') throw new AppError('account_disabled');
        if (username === 'nobody') throw new AppError('invalid_credentials');
        caller.authenticate(identityFor(username, session.clock));
        return {
          user: { id: username, username, name: null, roles: [] },
          token: '',
          refresh_token: '',
          expires_at: '',
        };
      },
      auth: async (caller) => {
        caller.authenticate(identityFor('ann', session.clock));
        await new Promise<void>((resolve) => waiting.push(resolve));
        return { user: { id: 'ann', username: null, name: null, roles: [] }, connection_id: '', expires_at: '' };
      },
    };
    const session = createTestSession({ handlers });
    return { session, finish: () => waiting.shift()?.() };
  }
  const publish = { type: 'publish', topic: 'public:a', data: 1 };

  it.each(['login', 'auth'])('wait for a %s in the same packet and are answered in order', async (type) => {
    const { session, finish } = slowSignIn();
    using _ = session;
    const peer = session.connect();
    const signIn = { type, username: 'ann', password: 'x', token: 'x' };
    expect(await answersTo(peer, signIn, publish, { type: 'ping' }, publish)).toEqual([]);
    expect(peer.wire.calls).toContain('pause');
    finish();
    await turns();
    expect(peer.wire.types).toEqual([type, 'publish', 'ping', 'publish']);
    expect(peer.wire.messages.every(({ status }) => status === 'success')).toBe(true);
    expect(peer.wire.calls.filter((call) => call !== 'admit')).toEqual(['pause', 'resume']);
    expect(peer.wire.calls).toContain('admit');
  });

  it('wait again when the first sign-in fails and a second one is among them', async () => {
    const { session, finish } = slowSignIn();
    using _ = session;
    const peer = session.connect();
    await answersTo(
      peer,
      { type: 'login', username: '', password: '' },
      { type: 'login', username: 'ann', password: 'x' },
      publish,
    );
    expect(peer.wire.types).toEqual(['invalid_fields']);
    finish();
    await turns();
    expect(peer.wire.types).toEqual(['invalid_fields', 'login', 'publish']);
  });

  it('wait for each sign-in in turn, when the first of two under way fails', async () => {
    const { session, finish } = slowSignIn();
    using _ = session;
    const peer = session.connect();
    const login = (username: string) => ({ type: 'login', username, password: 'x' });
    await answersTo(peer, login('nobody'), login('ann'), publish);
    finish();
    await turns();
    expect(peer.wire.types).toEqual(['invalid_credentials']);
    finish();
    await turns();
    expect(peer.wire.types).toEqual(['invalid_credentials', 'login', 'publish']);
  });

  it('are not answered when the sign-in closes the connection', async () => {
    const { session, finish } = slowSignIn();
    using _ = session;
    const peer = session.connect();
    await answersTo(peer, { type: 'login', username: 'eve', password: 'x' }, publish);
    finish();
    await turns();
    expect(peer.wire.types).toEqual(['account_disabled']);
    expect(peer.wire.end?.code).toBe(4504);
  });
});
