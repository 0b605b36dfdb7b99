import { ERRORS } from '@parley/protocol';
import { describe, expect, it } from 'vitest';
import { acceptKey, checkUpgrade } from './upgrade-check.ts';
import type { UpgradeRequest } from './upgrade-request.ts';

const HEADERS: Readonly<Record<string, string | readonly string[]>> = {
  Host: 'chat.example',
  Upgrade: 'websocket',
  Connection: 'Upgrade',
  'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
  'Sec-WebSocket-Version': '13',
};

/** A sound request with some headers changed; an empty list takes one out. */
function request(
  changes: Readonly<Record<string, string | readonly string[]>> = {},
  line: Partial<UpgradeRequest> = {},
): UpgradeRequest {
  const rawHeaders = Object.entries({ ...HEADERS, ...changes }).flatMap(([name, values]) =>
    [values].flat().flatMap((value) => [name, value]),
  );
  return { method: 'GET', httpVersion: '1.1', url: '/ws', rawHeaders, ...line };
}

describe('checkUpgrade accepts', () => {
  it('the example of RFC 6455 section 1.3', () => {
    expect(checkUpgrade(request())).toEqual({
      kind: 'accepted',
      key: 'dGhlIHNhbXBsZSBub25jZQ==',
      accept: 's3pPLMBiTxaQ9kYGzzhZRbK+xOo=',
      subprotocols: [],
    });
  });

  it.each([
    ['tokens in any case', { Upgrade: 'WebSocket', Connection: 'UPGRADE' }],
    ['lists that name the token among others', { Upgrade: 'h2c, websocket', Connection: 'keep-alive , Upgrade' }],
    ['lists over several headers', { Upgrade: ['h2c', 'websocket'], Connection: ['keep-alive', 'upgrade'] }],
    ['extensions, which are never negotiated', { 'Sec-WebSocket-Extensions': 'permessage-deflate; x' }],
  ])('%s', (_what, changes) => {
    expect(checkUpgrade(request(changes)).kind).toBe('accepted');
  });

  it('header names in lower case, as the direct path gives them', () => {
    const sound = request();
    const rawHeaders = sound.rawHeaders.map((field, at) => (at % 2 === 0 ? field.toLowerCase() : field));
    expect(checkUpgrade({ ...sound, rawHeaders }).kind).toBe('accepted');
  });

  it('subprotocols, in the order of the client, over several headers', () => {
    const changes = { 'Sec-WebSocket-Protocol': ['parley.v1.json ,\tbearer.eyJ.e30.sig', 'other'] };
    expect(checkUpgrade(request(changes))).toMatchObject({
      subprotocols: ['parley.v1.json', 'bearer.eyJ.e30.sig', 'other'],
    });
  });
});

describe('checkUpgrade refuses', () => {
  it.each([
    ['host', 'no Host', { Host: [] }],
    ['host', 'two Hosts', { Host: ['a.example', 'b.example'] }],
    ['host', 'an empty Host', { Host: '' }],
    ['connection', 'no Connection', { Connection: [] }],
    ['connection', 'Connection without upgrade', { Connection: 'keep-alive' }],
    ['connection', 'upgrade as a part of a word', { Connection: 'upgrade-insecure' }],
    ['connection', 'a no-break space, which is not white space', { Connection: '\u00a0upgrade' }],
    ['transfer-encoding', 'a chunked body', { 'Transfer-Encoding': 'chunked' }],
    ['content-length', 'a body', { 'Content-Length': '5' }],
    ['sec-websocket-key', 'no key', { 'Sec-WebSocket-Key': [] }],
    [
      'sec-websocket-key',
      'two keys',
      { 'Sec-WebSocket-Key': ['dGhlIHNhbXBsZSBub25jZQ==', 'dGhlIHNhbXBsZSBub25jZQ=='] },
    ],
    ['sec-websocket-key', 'an empty key', { 'Sec-WebSocket-Key': '' }],
    ['sec-websocket-key', 'a key of 15 bytes', { 'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25j' }],
    ['sec-websocket-key', 'a key of 17 bytes', { 'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZTE=' }],
    ['sec-websocket-key', 'a key in base64url', { 'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZ_==' }],
    ['sec-websocket-key', 'a key with a line end behind it', { 'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==\n' }],
    ['sec-websocket-protocol', 'an empty subprotocol list', { 'Sec-WebSocket-Protocol': '' }],
    ['sec-websocket-protocol', 'an empty subprotocol', { 'Sec-WebSocket-Protocol': 'a,,b' }],
    ['sec-websocket-protocol', 'a subprotocol twice', { 'Sec-WebSocket-Protocol': 'a, b, a' }],
    ['sec-websocket-protocol', 'a subprotocol twice in two headers', { 'Sec-WebSocket-Protocol': ['a', 'a'] }],
    ['sec-websocket-protocol', 'a subprotocol that is no token', { 'Sec-WebSocket-Protocol': 'a b' }],
    ['sec-websocket-protocol', 'a quoted subprotocol', { 'Sec-WebSocket-Protocol': '"a"' }],
  ])('%s: %s', (header, _what, changes) => {
    expect(checkUpgrade(request(changes))).toMatchObject({
      kind: 'refused',
      status: 400,
      code: 'handshake_invalid',
      header,
    });
  });

  it.each(['12', '8', '0', '013', '13, 8', ' 13', ''])('version "%s" with 426 and the version it speaks', (version) => {
    expect(checkUpgrade(request({ 'Sec-WebSocket-Version': version }))).toMatchObject({
      status: 426,
      code: 'websocket_version',
      header: 'sec-websocket-version',
      responseHeaders: { 'sec-websocket-version': '13' },
    });
  });

  it('no version, and a version twice, in the same way', () => {
    for (const versions of [[], ['13', '13']]) {
      expect(checkUpgrade(request({ 'Sec-WebSocket-Version': versions }))).toMatchObject({ code: 'websocket_version' });
    }
  });

  it('a request that does not ask for websocket with 426 and what to ask for', () => {
    for (const upgrade of [[], 'h2c', 'websockets']) {
      expect(checkUpgrade(request({ Upgrade: upgrade }))).toMatchObject({
        status: 426,
        code: 'upgrade_required',
        header: 'upgrade',
        responseHeaders: { upgrade: 'websocket' },
      });
    }
  });

  it('other methods with 405 and the method to use', () => {
    for (const method of ['POST', 'HEAD', 'CONNECT', undefined]) {
      expect(checkUpgrade(request({}, { method }))).toMatchObject({ status: 405, responseHeaders: { allow: 'GET' } });
    }
  });

  it('other versions of HTTP', () => {
    expect(checkUpgrade(request({}, { httpVersion: '1.0' }))).toMatchObject({
      code: 'handshake_invalid',
      header: undefined,
    });
  });

  it('with the status that the error catalogue gives the code', () => {
    const refusals = [
      request({}, { method: 'PUT' }),
      request({ Upgrade: [] }),
      request({ Host: [] }),
      request({ 'Sec-WebSocket-Version': '8' }),
    ];
    for (const each of refusals) {
      const verdict = checkUpgrade(each);
      if (verdict.kind === 'accepted') throw new Error('The request was accepted.');
      expect(verdict.status).toBe(ERRORS[verdict.code].http);
      expect(verdict.message).toMatch(/^[A-Z].*\.$/);
    }
  });
});

describe('acceptKey', () => {
  it('answers the example of RFC 6455 section 1.3', () => {
    expect(acceptKey('dGhlIHNhbXBsZSBub25jZQ==')).toBe('s3pPLMBiTxaQ9kYGzzhZRbK+xOo=');
  });
});
