import { ERRORS } from '@parley/protocol';
import { describe, expect, it } from 'vitest';
import { answersTo } from './testing/answers-to.ts';
import { createTestSession, type TestPeer } from './testing/test-session.ts';

const handlers = {
  ping: () => ({ server_time: '' }),
  publish: () => ({ topic: '', epoch: '', offset: 1 }),
};

describe('the frame rate of a connection', () => {
  const options = { frameRate: { perSecond: 50, burst: 200 }, frameRateGraceMs: 10_000 };
  const bad = '{';
  const ping = JSON.stringify({ type: 'ping', request_id: 'p' });

  it('counts every frame, whatever is wrong with it, and tells when to go on', async () => {
    using session = createTestSession({ handlers, options });
    const peer = session.connect();
    await answersTo(peer, ...Array.from({ length: 200 }, (_, i) => (i % 2 === 0 ? bad : ping)));
    const [refused] = await answersTo(peer, ping);
    expect(refused).toMatchObject({
      type: 'ping',
      status: 'error',
      code: 'rate_limited',
      retry: ERRORS.rate_limited.retry,
      retry_after_ms: 20,
      request_id: 'p',
    });
    expect(await answersTo(session.connect(), ping)).toMatchObject([{ status: 'success' }]);
    session.passMs(20);
    expect(await answersTo(peer, ping)).toMatchObject([{ status: 'success' }]);
    expect(session.layer.counters.rateLimited.frame).toBe(1);
    expect(peer.wire.end).toBeUndefined();
  });

  /** Sends at a rate, ten times a second, until the connection closes or time is up; returns when it closed. */
  function flood(peer: TestPeer, session: ReturnType<typeof createTestSession>, perSecond: number, forMs: number) {
    for (let elapsedMs = 0; elapsedMs < forMs; elapsedMs += 100) {
      for (let i = 0; i < perSecond / 10; i++) peer.connection.receive(ping);
      if (peer.wire.end !== undefined) return elapsedMs;
      session.passMs(100);
      peer.connection.flush();
    }
    return undefined;
  }

  it.each([60, 100, 2000])('closes with 4009 when %i a second go on for longer than the grace', (perSecond) => {
    using session = createTestSession({ handlers, options });
    const peer = session.connect('ann');
    const closedAtMs = flood(peer, session, perSecond, 60_000);
    expect(peer.wire.end).toEqual({ code: 4009, reason: 'frame_rate_exceeded' });
    expect(closedAtMs).toBeGreaterThanOrEqual(10_000);
    expect(closedAtMs).toBeLessThanOrEqual(10_000 + (200 / (perSecond - 50)) * 1000 + 200);
    expect(peer.wire.messages.at(-1)).toMatchObject({ type: 'error', code: 'frame_rate_exceeded' });
  });

  it('does not close who keeps to it, nor who pauses in time', () => {
    using session = createTestSession({ handlers, options });
    const [steady, bursts] = [session.connect('ann'), session.connect('ben')];
    expect(flood(steady, session, 50, 30_000)).toBeUndefined();
    for (let i = 0; i < 5; i++) {
      expect(flood(bursts, session, 200, 5000)).toBeUndefined();
      session.passMs(1100);
    }
    expect(session.layer.counters.rateLimited.frame).toBeGreaterThan(1000);
    expect([steady.wire.end, bursts.wire.end]).toEqual([undefined, undefined]);
  });

  it('does not read long frames that it refuses', async () => {
    using session = createTestSession({ handlers, options });
    const peer = session.connect();
    await answersTo(peer, ...Array.from({ length: 200 }, () => ping));
    const long = (length: number) => JSON.stringify({ type: 'ping', request_id: 'p', filler: '.'.repeat(length) });
    const [short, refused] = await answersTo(peer, long(1000), long(60_000));
    expect(short).toMatchObject({ code: 'rate_limited', request_id: 'p' });
    expect(refused).toMatchObject({ status: 'error', code: 'rate_limited' });
    expect(refused).not.toHaveProperty('request_id');
  });

  it('closes at once where the grace is 0', async () => {
    using session = createTestSession({ handlers, options: { ...options, frameRateGraceMs: 0 } });
    const peer = session.connect();
    await answersTo(peer, ...Array.from({ length: 500 }, () => ping));
    expect(peer.wire.types.filter((type) => type === 'ping')).toHaveLength(200);
    expect(peer.wire.end?.code).toBe(4009);
  });
});

describe('the message rate of a user', () => {
  const options = { messageRate: { perSecond: 20, burst: 60 } };
  const publish = JSON.stringify({ type: 'publish', topic: 'public:a', data: 1 });

  it('is shared by all connections of the user, and by nobody else', async () => {
    using session = createTestSession({ handlers, options });
    const [phone, laptop, ben] = [session.connect('ann'), session.connect('ann'), session.connect('ben')];
    const texts = Array.from({ length: 40 }, () => publish);
    const sent = [...(await answersTo(phone, ...texts)), ...(await answersTo(laptop, ...texts))];
    expect(sent.filter(({ status }) => status === 'success')).toHaveLength(60);
    expect(sent.at(-1)).toMatchObject({ code: 'rate_limited', retry_after_ms: 50 });
    expect(session.layer.counters.rateLimited).toEqual({ frame: 0, message: 20 });
    expect((await answersTo(ben, publish))[0]?.status).toBe('success');
    session.passMs(50);
    expect((await answersTo(phone, publish, publish)).map(({ code }) => code)).toEqual([undefined, 'rate_limited']);
    expect([phone.wire.end, laptop.wire.end]).toEqual([undefined, undefined]);
  });

  it('counts no command of another class, and none that is refused before', async () => {
    using session = createTestSession({ handlers, options });
    const peer = session.connect('ann');
    const wrong = JSON.stringify({ type: 'publish', topic: 'public:a' });
    await answersTo(
      peer,
      ...Array.from({ length: 200 }, () => '{"type":"ping"}'),
      ...Array.from({ length: 200 }, () => wrong),
    );
    const sent = await answersTo(peer, ...Array.from({ length: 61 }, () => publish));
    expect(sent.map(({ code }) => code).indexOf('rate_limited')).toBe(60);
  });
});
