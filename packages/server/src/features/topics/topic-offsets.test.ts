import { describe, expect, it } from 'vitest';
import { TopicOffsets } from './topic-offsets.ts';

describe('offsets of topics', () => {
  it('begin at 0 and count up, each topic for itself, within an epoch', () => {
    const offsets = new TopicOffsets(10);
    const { epoch, offset } = offsets.position('a');
    expect(offset).toBe(0);
    expect([1, 2, 3].map(() => offsets.advance('a'))).toEqual([1, 2, 3].map((next) => ({ epoch, offset: next })));
    expect(offsets.position('a')).toEqual({ epoch, offset: 3 });
    expect(offsets.advance('b')).toMatchObject({ offset: 1 });
    expect(offsets.position('b').epoch).not.toBe(epoch);
  });

  it('are told by value: what was told does not change', () => {
    const offsets = new TopicOffsets(10);
    const before = offsets.advance('a');
    offsets.advance('a');
    expect(before.offset).toBe(1);
  });

  it('of the topic least recently used are forgotten when there are too many, which shows in the epoch', () => {
    const offsets = new TopicOffsets(3);
    const [a, b] = [offsets.advance('a'), offsets.advance('b')];
    offsets.advance('c');
    offsets.position('a');
    offsets.advance('d');
    expect(offsets.position('a')).toEqual(a);
    const again = offsets.position('b');
    expect(again.offset).toBe(0);
    expect(again.epoch).not.toBe(b.epoch);
  });

  it('are kept of no more topics than the limit, however many are named', () => {
    const offsets = new TopicOffsets(100);
    for (let i = 0; i < 1000; i++) offsets.advance(`topic ${i}`);
    const kept = Array.from({ length: 1000 }, (_, i) => 999 - i).filter(
      (i) => offsets.position(`topic ${i}`).offset === 1,
    );
    expect(kept).toHaveLength(100);
    expect(Math.min(...kept)).toBe(900);
  });

  it('of topics whose names every object inherits are like any other', () => {
    const offsets = new TopicOffsets(10);
    for (const topic of ['__proto__', 'constructor']) expect(offsets.advance(topic).offset).toBe(1);
  });
});
