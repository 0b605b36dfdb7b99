import { describe, expect, it } from 'vitest';
import { createId } from './ids.ts';

describe('ids', () => {
  it('are the prefix and twenty letters without look-alikes', () => {
    for (let i = 0; i < 1000; i++) expect(createId('chat')).toMatch(/^chat_[0-9a-hjkmnp-tv-z]{20}$/);
  });

  it('do not repeat, over several fills of the pool', () => {
    const ids = Array.from({ length: 50_000 }, () => createId('x'));
    expect(new Set(ids).size).toBe(ids.length);
  });
});
