import { describe, expect, it } from 'vitest';
import { AppError } from '../../kernel/app-error.ts';
import { parseUsername, usernameKey } from './username.ts';

describe('user names', () => {
  it.each([
    ['', 'empty'],
    [' ann', 'leading space'],
    ['ann ', 'trailing space'],
    ['ann  b', 'two spaces'],
    ['ann\nb', 'line break'],
    ['ann\u0000', 'NUL'],
    ['ann\u200bb', 'zero-width space'],
    ['\u202eann', 'bidirectional override'],
    ['ann\u00a0\u00a0b', 'two no-break spaces, spaces after normalisation'],
    ['\ud800', 'half a surrogate pair'],
    ['x'.repeat(65), '65 characters'],
  ])('refuses %j (%s)', (input) => {
    expect(() => parseUsername(input)).toThrow(AppError);
  });

  it.each(['a', 'Ann', 'ann b', 'Żółć', '名前', 'x'.repeat(64), '😀'.repeat(64)])('takes %j as it is', (input) => {
    expect(parseUsername(input)).toBe(input.normalize('NFKC'));
  });

  it('makes one name of look-alikes that differ in Unicode form or in case', () => {
    expect(parseUsername('Ａnn')).toBe('Ann');
    expect(usernameKey('ÉVA')).toBe(usernameKey('e\u0301va'));
    expect(usernameKey('ﬁn')).toBe('fin');
  });
});
