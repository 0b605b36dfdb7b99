import type { IncomingMessage } from 'node:http';
import { expect, it } from 'vitest';
import { isLocalRequest } from './http-client.ts';

const from = (address: string, headers: object) =>
  isLocalRequest({ headers } as IncomingMessage, { address, isTls: false });

it('a request is local when it comes from loopback and through no proxy', () => {
  expect(from('127.0.0.1', {})).toBe(true);
  expect(from('::1', {})).toBe(true);
  expect(from('203.0.113.7', {})).toBe(false);
  for (const name of ['forwarded', 'x-forwarded-for', 'x-real-ip', 'via']) {
    expect(from('127.0.0.1', { [name]: '' })).toBe(false);
  }
});
