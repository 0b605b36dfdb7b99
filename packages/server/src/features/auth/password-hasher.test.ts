import { parseOptions, verify } from '@node-rs/argon2';
import { describe, expect, it, vi } from 'vitest';
import { PasswordHasher } from './password-hasher.ts';

vi.mock('@node-rs/argon2', { spy: true });

const cost = { memoryCost: 8, timeCost: 1, parallelism: 1 };

describe('the password hasher', () => {
  it('makes argon2id hashes with the parameters OWASP asks for, and salts them', async () => {
    const hasher = new PasswordHasher();
    const [one, two] = await Promise.all([hasher.hash('one password'), hasher.hash('one password')]);
    expect(one).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    expect(one).not.toBe(two);
  });

  it('knows the right password from a wrong one', async () => {
    const hasher = new PasswordHasher({ cost });
    const encoded = await hasher.hash('café au lait');
    expect(await hasher.verify('cafe\u0301 au lait', encoded)).toBe(true);
    expect(await hasher.verify('café au lait ', encoded)).toBe(false);
  });

  it('does the same work for somebody who does not exist, and says no', async () => {
    const hasher = new PasswordHasher({ cost });
    const encoded = await hasher.hash('some password');
    vi.mocked(verify).mockClear();
    expect(await hasher.verify('some password', encoded)).toBe(true);
    expect(await hasher.verify('some password', undefined)).toBe(false);
    const [real, decoy] = vi.mocked(verify).mock.calls.map(([hash]) => parseOptions(hash));
    expect(decoy).toEqual(real);
  });

  it('refuses with overloaded when more wait than may, and serves those who waited', async () => {
    const hasher = new PasswordHasher({ cost, maxRunning: 1, maxWaiting: 2 });
    const results = await Promise.allSettled(Array.from({ length: 5 }, () => hasher.hash('some password')));
    expect(results.map(({ status }) => status)).toEqual([
      'fulfilled',
      'fulfilled',
      'fulfilled',
      'rejected',
      'rejected',
    ]);
    expect(results[4]).toMatchObject({ reason: { code: 'overloaded', retryAfterMs: 1000 } });
    await expect(hasher.hash('some password')).resolves.toMatch(/^\$argon2id\$/);
  });

  it('gives its place back after a failure', async () => {
    const hasher = new PasswordHasher({ cost, maxRunning: 1, maxWaiting: 0 });
    await expect(hasher.verify('x', 'not a hash')).rejects.toThrow();
    await expect(hasher.hash('some password')).resolves.toMatch(/^\$argon2id\$/);
  });
});
