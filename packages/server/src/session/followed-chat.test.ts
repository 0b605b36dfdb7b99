import { describe, expect, it } from 'vitest';
import { FollowedChat, type Grant, type SyncTicket } from './followed-chat.ts';

function grantOf(changes: Partial<Grant>): Grant & { readonly ticket: SyncTicket } {
  return { rank: 1, afterSeq: 0, headSeq: 10, maxEvents: 1000, ticket: { heads: new Map(), pending: 1 }, ...changes };
}

describe('a chat that lags', () => {
  it('reads from the event that was too much to the last one that came since', () => {
    const chat = new FollowedChat(4, 5);
    expect(chat.state).toBe('reading');
    chat.skip(6);
    chat.skip(7);
    expect(chat.pageLimit(200)).toBe(3);
    chat.advance(7, 3);
    expect(chat.state).toBe('done');
  });

  it('reads nothing beyond what live delivery has shown, since its own events would be among it', () => {
    const chat = new FollowedChat(4, 5);
    expect(chat.pageLimit(200)).toBe(1);
    expect(chat.isBeyond(5)).toBe(false);
    expect(chat.isBeyond(6)).toBe(true);
  });

  it('has what its own commands wrote from their replies, in the middle and at the end', () => {
    const chat = new FollowedChat(4, 5);
    chat.noteOwn(6);
    chat.skip(7);
    chat.noteOwn(8);
    expect([5, 6, 7, 8].map((seq) => chat.isOwn(seq))).toEqual([false, true, false, true]);
    chat.advance(7, 2);
    chat.takeReached();
    expect([chat.state, chat.sentSeq]).toEqual(['done', 8]);
    chat.noteOwn(9);
    expect([chat.state, chat.sentSeq]).toEqual(['done', 9]);
  });
});

describe('a chat that a sync registers', () => {
  it('is live again when the sync comes to nothing and nothing has happened', () => {
    const chat = new FollowedChat();
    expect(chat.state).toBe('live');
    chat.wait();
    expect(chat.state).toBe('waiting');
    chat.refuse();
    expect(chat.state).toBe('live');
  });

  it('reads what it skipped when the sync comes to nothing', () => {
    const chat = new FollowedChat();
    chat.wait();
    chat.skip(8);
    chat.skip(9);
    chat.refuse();
    expect([chat.state, chat.sentSeq, chat.pageLimit(200)]).toEqual(['reading', 7, 2]);
  });

  it('goes on lagging where it was when the sync comes to nothing', () => {
    const chat = new FollowedChat(4, 9);
    chat.wait();
    chat.skip(10);
    chat.refuse();
    expect([chat.state, chat.sentSeq, chat.pageLimit(200)]).toEqual(['reading', 4, 6]);
  });

  it('begins at the cursor of the latest sync that was granted, in whatever order the heads came', () => {
    const [first, second] = [grantOf({ rank: 1, afterSeq: 2 }), grantOf({ rank: 2, afterSeq: 6 })];
    for (const order of [
      [first, second],
      [second, first],
    ]) {
      const chat = new FollowedChat();
      chat.wait();
      chat.wait();
      for (const grant of order) chat.grant(grant);
      expect([chat.state, chat.sentSeq]).toEqual(['reading', 6]);
    }
  });

  it('keeps the cursor and the limit of a granted sync when a later one comes to nothing', () => {
    const chat = new FollowedChat();
    chat.wait();
    chat.wait();
    chat.grant(grantOf({ rank: 1, afterSeq: 2, maxEvents: 5 }));
    expect(chat.state).toBe('waiting');
    chat.refuse();
    expect([chat.sentSeq, chat.pageLimit(200)]).toEqual([2, 5]);
  });

  it('settles each sync at its own head, once', () => {
    const [first, second] = [grantOf({ rank: 1, headSeq: 4 }), grantOf({ rank: 2, headSeq: 8 })];
    const chat = new FollowedChat();
    chat.wait();
    chat.wait();
    chat.grant(first);
    chat.grant(second);
    chat.advance(3, 3);
    expect(chat.takeReached()).toEqual([]);
    chat.advance(4, 1);
    expect(chat.takeReached()).toEqual([first.ticket]);
    chat.advance(8, 4);
    expect(chat.takeReached()).toEqual([second.ticket]);
    expect(chat.takeReached()).toEqual([]);
  });

  it('cuts off what is over the limit up to the head, and follows without a limit from there', () => {
    const chat = new FollowedChat();
    chat.wait();
    chat.grant(grantOf({ maxEvents: 3 }));
    chat.skip(11);
    expect(chat.cutOff()).toBeUndefined();
    chat.advance(3, 3);
    expect(chat.cutOff()).toBe(10);
    expect(chat.takeReached()).toHaveLength(1);
    expect([chat.state, chat.pageLimit(200)]).toEqual(['reading', 1]);
    expect(chat.cutOff()).toBeUndefined();
  });

  it('replays nothing at all where the limit is 0', () => {
    const chat = new FollowedChat();
    chat.wait();
    chat.grant(grantOf({ maxEvents: 0 }));
    expect(chat.cutOff()).toBe(10);
    expect(chat.takeReached()).toHaveLength(1);
    expect(chat.state).toBe('done');
  });
});
