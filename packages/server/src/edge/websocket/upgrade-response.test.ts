import { describe, expect, it } from 'vitest';
import { encodeUpgradeResponse } from './upgrade-response.ts';

const ACCEPT = 's3pPLMBiTxaQ9kYGzzhZRbK+xOo=';

describe('encodeUpgradeResponse', () => {
  it('answers without subprotocol and extra headers', () => {
    expect(encodeUpgradeResponse({ accept: ACCEPT }).toString('latin1')).toBe(
      'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n' +
        `Sec-WebSocket-Accept: ${ACCEPT}\r\n\r\n`,
    );
  });

  it('adds the chosen subprotocol and extra headers', () => {
    const response = encodeUpgradeResponse({
      accept: ACCEPT,
      subprotocol: 'parley.v1.json',
      extraHeaders: { 'x-parley': 'stage=open; code=ok' },
    });
    expect(response.toString('latin1')).toMatch(
      /\r\nSec-WebSocket-Protocol: parley\.v1\.json\r\nx-parley: stage=open; code=ok\r\n\r\n$/,
    );
  });

  it.each([
    { subprotocol: 'a\r\nSet-Cookie: x=1' },
    { extraHeaders: { 'x-parley': 'a\nb' } },
    { extraHeaders: { 'x-parley': 'a\0' } },
    { extraHeaders: { 'x-parley': '\u0100' } },
    { extraHeaders: { 'x parley': 'a' } },
    { extraHeaders: { '': 'a' } },
  ])('throws rather than let %o add header lines', (headers) => {
    expect(() => encodeUpgradeResponse({ accept: ACCEPT, ...headers })).toThrow(TypeError);
  });
});
