import { describe, expect, it } from 'vitest';
import { MemberCache } from './member-cache.ts';

const members = (count: number, name = 'm') => Array.from({ length: count }, (_, i) => `${name}${i}`);

describe('the member cache', () => {
  it('knows what it was told last, and nothing else', () => {
    const cache = new MemberCache(10);
    expect(cache.get('a')).toBeUndefined();
    expect(cache.retain('a')).toBe(false);
    cache.set('a', ['ann']);
    cache.set('a', ['ann', 'ben']);
    expect(cache.get('a')).toEqual(['ann', 'ben']);
    expect(cache.get('constructor')).toBeUndefined();
  });

  it('drops what was not used for the longest time when there are too many members', () => {
    const cache = new MemberCache(10);
    for (const chat of ['a', 'b', 'c']) cache.set(chat, members(3));
    cache.retain('a');
    cache.release('a');
    cache.set('d', members(3));
    expect(['a', 'b', 'c', 'd'].filter((chat) => cache.get(chat) !== undefined)).toEqual(['a', 'c', 'd']);
  });

  it('counts members, not chats, also when a chat grows and shrinks', () => {
    const cache = new MemberCache(10);
    cache.set('a', members(9));
    cache.set('a', members(1));
    cache.set('b', members(9));
    expect([cache.get('a')?.length, cache.get('b')?.length]).toEqual([1, 9]);
    cache.set('a', members(2));
    expect(cache.get('a')).toBeUndefined();
    expect(cache.get('b')).toHaveLength(9);
  });

  it('keeps what a send relies on, however full it is, until the last one is done', () => {
    const cache = new MemberCache(4);
    cache.set('a', members(3));
    expect([cache.retain('a'), cache.retain('a')]).toEqual([true, true]);
    for (let i = 0; i < 20; i++) cache.set(`other ${i}`, members(3));
    expect(cache.get('a')).toHaveLength(3);
    cache.release('a');
    cache.set('more', members(3));
    expect(cache.get('a')).toHaveLength(3);
    cache.release('a');
    cache.set('most', members(3));
    expect(cache.get('a')).toBeUndefined();
  });

  it('holds no chat that alone is too large', () => {
    const cache = new MemberCache(4);
    cache.set('a', members(5));
    expect(cache.get('a')).toBeUndefined();
  });

  it('is not confused by a release too many', () => {
    const cache = new MemberCache(4);
    cache.release('a');
    cache.set('a', members(1));
    cache.release('a');
    expect(cache.retain('a')).toBe(true);
    cache.set('b', members(4));
    expect(cache.get('a')).toBeDefined();
  });
});
