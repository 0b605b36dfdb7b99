import { describe, expect, it } from 'vitest';
import { assertPassword, generatePassword, normalisePassword } from './password.ts';

describe('passwords', () => {
  it.each(['', '123456789', '😀'.repeat(9), 'x'.repeat(257)])('refuses %j as weak', (password) => {
    expect(() => assertPassword(password)).toThrow(expect.objectContaining({ code: 'password_weak' }));
  });

  it('takes 10 to 256 characters, whatever they are made of', () => {
    for (const password of ['1234567890', 'x'.repeat(256), '😀'.repeat(256)]) assertPassword(password);
  });

  it('hashes the same password alike from keyboards that compose differently', () => {
    expect(normalisePassword('cafe\u0301')).toBe(normalisePassword('café'));
  });

  it('generates readable passwords that differ', () => {
    const passwords = new Set(Array.from({ length: 100 }, generatePassword));
    expect(passwords.size).toBe(100);
    for (const password of passwords) expect(password).toMatch(/^(?:[0-9a-hjkmnp-tv-z]{5}-){3}[0-9a-hjkmnp-tv-z]{5}$/);
  });
});
