import { describe, expect, it } from 'vitest';
import { parseTopic } from './topic-name.ts';

describe('the name of a topic', () => {
  it.each(['public:a', 'public:a:b', 'public:!', 'public:~', `public:${'x'.repeat(248)}`])('may be %s', (topic) => {
    expect(parseTopic(topic)).toEqual({ namespace: 'public' });
  });

  it.each([
    ['empty', ''],
    ['without a namespace', 'news'],
    ['without a name', 'public:'],
    ['with an empty namespace', ':news'],
    ['of a namespace that is not there', 'private:news'],
    ['of a namespace that every object inherits', 'constructor:news'],
    ['with a namespace in capitals', 'Public:news'],
    ['with a blank', 'public:a b'],
    ['with a control character', 'public:a\u0000'],
    ['with a line end after it', 'public:a\n'],
    ['with a line end before it', '\npublic:a'],
    ['that is not ASCII', 'public:caf\u00e9'],
    ['too long', `public:${'x'.repeat(249)}`],
  ])('is refused: %s', (_what, topic) => {
    expect(() => parseTopic(topic)).toThrow(expect.objectContaining({ code: 'invalid_topic' }));
  });

  it('is judged in a time that does not depend on what it is', () => {
    expect(() => parseTopic('a'.repeat(1_000_000))).toThrow(expect.objectContaining({ code: 'invalid_topic' }));
  });
});
