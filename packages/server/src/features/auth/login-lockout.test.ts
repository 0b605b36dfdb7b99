import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { LoginLockout } from './login-lockout.ts';

const ANN = { account: 'usr_ann', isKnown: true };
const HOME = '203.0.113.1';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

async function fail(lockout: LoginLockout, account: string, address: string, isKnown = true): Promise<boolean> {
  try {
    await lockout.begin({ account, isKnown, address });
    return true;
  } catch {
    return false;
  }
}

describe('the login lockout', () => {
  it('refuses with login_locked and the time to wait after five failures of one account from one address', async () => {
    const lockout = new LoginLockout();
    const begins: boolean[] = [];
    for (let failure = 0; failure < 6; failure++)
      begins.push((await lockout.begin({ ...ANN, address: HOME })).beginsLock);
    expect(begins).toEqual([false, false, false, false, false, true]);
    await expect(lockout.begin({ ...ANN, address: HOME })).rejects.toMatchObject({
      code: 'login_locked',
      retryAfterMs: 1000,
    });
  });

  it('lets the owner in from elsewhere while somebody guesses at the account', async () => {
    const lockout = new LoginLockout();
    for (let failure = 0; failure < 30; failure++) await fail(lockout, 'usr_ann', '198.51.100.1');
    expect(await fail(lockout, 'usr_ann', '198.51.100.1')).toBe(false);
    expect(await fail(lockout, 'usr_ann', HOME)).toBe(true);
  });

  it('slows guessing from ever new addresses, and still lets the owner in from where they signed in lately', async () => {
    const lockout = new LoginLockout();
    await (await lockout.begin({ ...ANN, address: HOME })).succeed();
    let passed = 0;
    for (let guess = 0; guess < 1000; guess++) {
      if (await fail(lockout, 'usr_ann', `10.${guess >> 8}.${guess & 255}.1`)) passed++;
    }
    expect(passed).toBe(51);
    expect(await fail(lockout, 'usr_ann', '198.51.100.9')).toBe(false);
    expect(await fail(lockout, 'usr_ann', HOME)).toBe(true);
  });

  it('slows trying one password on many accounts from one address, in any part of an IPv6 /64', async () => {
    const lockout = new LoginLockout();
    let passed = 0;
    for (let guess = 0; guess < 1000; guess++) {
      if (await fail(lockout, `usr_${guess}`, `2001:db8::${guess.toString(16)}`)) passed++;
    }
    expect(passed).toBe(101);
  });

  it('does not let an attacker wipe the failures of the address by signing in to accounts of their own', async () => {
    const lockout = new LoginLockout();
    let passed = 0;
    for (let guess = 0; guess < 1000; guess++) {
      if (await fail(lockout, `usr_${guess}`, HOME)) passed++;
      if (guess % 10 === 0) {
        const own = { account: `usr_mallory${guess}`, isKnown: true, address: HOME };
        await (await lockout.begin(own).catch(() => undefined))?.succeed();
      }
    }
    expect(passed).toBe(101);
  });

  it('counts nobody else behind a proxy on this machine', async () => {
    const lockout = new LoginLockout();
    for (let guess = 0; guess < 500; guess++) await fail(lockout, `usr_${guess}`, '127.0.0.1');
    expect(await fail(lockout, 'usr_ann', '127.0.0.1')).toBe(true);
  });

  it('forgets the failures of an account when its owner signs in', async () => {
    const lockout = new LoginLockout();
    for (let round = 0; round < 5; round++) {
      for (let failure = 0; failure < 4; failure++) await lockout.begin({ ...ANN, address: HOME });
      await (await lockout.begin({ ...ANN, address: HOME })).succeed();
    }
    expect(await fail(lockout, 'usr_ann', HOME)).toBe(true);
  });

  it('takes back an attempt in which nothing was decided', async () => {
    const lockout = new LoginLockout();
    for (let attempt = 0; attempt < 500; attempt++) await (await lockout.begin({ ...ANN, address: HOME })).abandon();
    expect(await fail(lockout, 'usr_ann', HOME)).toBe(true);
  });

  it('treats accounts that do not exist alike, and lets made-up names push out no real account', async () => {
    const lockout = new LoginLockout({ maxKeys: 10 });
    for (let failure = 0; failure < 6; failure++) await fail(lockout, 'nobody', HOME, false);
    expect(await fail(lockout, 'nobody', HOME, false)).toBe(false);
    for (let failure = 0; failure < 6; failure++) await fail(lockout, 'usr_ann', HOME);
    for (let guess = 0; guess < 100; guess++) await fail(lockout, `made up ${guess}`, '127.0.0.1', false);
    expect(await fail(lockout, 'usr_ann', HOME)).toBe(false);
  });
});
