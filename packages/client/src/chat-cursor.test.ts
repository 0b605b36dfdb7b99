import { describe, expect, it } from 'vitest';
import { ChatCursor, type Stretch } from './chat-cursor.ts';

const event = (seq: number): Stretch => ({ from: seq, to: seq, push: { type: 'x', payload: {} }, isStart: false });
const gap = (from: number, to: number): Stretch => ({ ...event(from), to });
const join = (seq: number): Stretch => ({ ...event(seq), isStart: true });
const places = (stretches: readonly Stretch[]) => stretches.map(({ from, to }) => [from, to]);

function startedAt(seq: number): ChatCursor {
  const cursor = new ChatCursor();
  cursor.start(seq);
  return cursor;
}

describe('ChatCursor', () => {
  it('drops what it has handed on before', () => {
    const cursor = startedAt(5);
    expect(places(cursor.take(event(6)))).toEqual([[6, 6]]);
    expect(cursor.take(event(6))).toEqual([]);
    expect(cursor.take(event(3))).toEqual([]);
    expect(cursor.isBehind).toBe(false);
  });

  it('keeps what comes too early until the hole before it is filled', () => {
    const cursor = startedAt(0);
    expect(cursor.take(event(3))).toEqual([]);
    expect(cursor.take(event(2))).toEqual([]);
    expect(cursor.take(event(3))).toEqual([]);
    expect(cursor.isBehind).toBe(true);
    expect(places(cursor.take(event(1)))).toEqual([
      [1, 1],
      [2, 2],
      [3, 3],
    ]);
    expect(cursor.isBehind).toBe(false);
  });

  it('takes a gap as what it spans, less what is known', () => {
    const cursor = startedAt(4);
    expect(places(cursor.take(gap(3, 8)))).toEqual([[5, 8]]);
    expect(cursor.take(event(7))).toEqual([]);
    expect(places(cursor.take(event(9)))).toEqual([[9, 9]]);
  });

  it('does not begin in the middle of a log it knows nothing of', () => {
    const cursor = new ChatCursor();
    expect(cursor.take(event(8))).toEqual([]);
    expect(cursor.isBehind).toBe(true);
    expect(places(cursor.take(gap(1, 7)))).toEqual([
      [1, 7],
      [8, 8],
    ]);
  });

  it('begins with the event by which the reader joined', () => {
    const cursor = new ChatCursor();
    expect(places(cursor.take(join(40)))).toEqual([[40, 40]]);
  });

  it('tells the time between leaving and joining again as a gap', () => {
    const cursor = startedAt(20);
    const [absence, joined] = cursor.take(join(40));
    expect(absence).toMatchObject({ from: 21, to: 39, push: { type: 'gap', payload: { reason: 'absent' } } });
    expect(joined).toMatchObject({ from: 40, to: 40 });
  });

  it('knows from a head alone that something is missing', () => {
    const cursor = startedAt(4);
    cursor.noteHead(4);
    expect(cursor.isBehind).toBe(false);
    cursor.noteHead(5);
    expect(cursor.isBehind).toBe(true);
  });

  it('lets go of what waits when that is too much, and stays behind', () => {
    const cursor = startedAt(0);
    for (let seq = 2; seq <= 502; seq++) cursor.take(event(seq));
    expect(cursor.isBehind).toBe(true);
    expect(places(cursor.take(event(1)))).toEqual([[1, 1]]);
    expect(cursor.isBehind).toBe(true);
  });
});
