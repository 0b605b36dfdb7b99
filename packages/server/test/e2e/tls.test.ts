import { writeFile } from 'node:fs/promises';
import { connect as connectTls } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readHttpAnswer } from '../support/http-answer.ts';
import { LineClient } from '../support/line-client.ts';
import { makeCertificate, type TestCertificate } from '../support/make-certificate.ts';
import { openSocket } from '../support/open-socket.ts';
import { OUTSIDE_ADDRESS } from '../support/outside-address.ts';
import { errorLineCode, exchangeBytes } from '../support/raw-exchange.ts';
import { countHandshakes } from '../support/read-metrics.ts';
import { runParley } from '../support/run-parley.ts';
import { startServer, type TestServer } from '../support/start-server.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';
import { JWT_SECRET, mintUserToken } from '../support/test-users.ts';
import { until } from '../support/until.ts';
import { shakeHands, WsClient } from '../support/ws-client.ts';

const OUTSIDE = OUTSIDE_ADDRESS ?? '';
/** The first bytes of a TLS handshake (RFC 8446 section 4.1.2), which then stops. */
const HALF_CLIENT_HELLO = Buffer.from('1603010200010001fc0303', 'hex');

let directory: Awaited<ReturnType<typeof temporaryDirectory>>;
let certificate: TestCertificate;
let server: TestServer;

beforeAll(async () => {
  directory = await temporaryDirectory();
  certificate = await makeCertificate(directory.path);
  server = await startServer({ env: { ...tlsSettings(), HANDSHAKE_TIMEOUT_MS: '500' } });
});

afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await directory[Symbol.asyncDispose]();
});

function tlsSettings(): Record<string, string> {
  return { JWT_SECRET, HOST: '0.0.0.0', TLS_CERT: certificate.certPath, TLS_KEY: certificate.keyPath };
}

const overTls = () => ({ port: server.port, tls: { ca: certificate.ca } });

describe('with a certificate, the one port', () => {
  it('serves wss, TLS lines and https together', async () => {
    await using ann = await WsClient.connect({ ...overTls(), token: mintUserToken('ann') });
    await using bob = await LineClient.connect({ ...overTls(), token: mintUserToken('bob') });
    const { id } = await ann.ask('create_group', { group_name: 'g', member_ids: ['bob'] });
    const { seq } = await ann.ask('message', { chat_id: id, content: 'secret' });
    expect((await bob.push('message:new')).seq).toBe(seq);
    const socket = await openSocket(overTls());
    socket.write('GET /livez HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n');
    expect(await readHttpAnswer(socket)).toMatchObject({ status: 200, body: '{"status":"ok"}' });
    socket.destroy();
  });

  it('takes messages far larger than one TLS record, both ways', async () => {
    await using ann = await WsClient.connect({ ...overTls(), token: mintUserToken('ann') });
    const { id } = await ann.ask('create_group', { group_name: 'large', member_ids: [] });
    const content = 'x'.repeat(32 * 1024);
    await Promise.all(Array.from({ length: 20 }, () => ann.ask('message', { chat_id: id, content })));
    const { messages } = await ann.ask('get_messages', { chat_id: id });
    expect(messages.map((message) => message.content)).toEqual(Array.from({ length: 20 }, () => content));
  });

  it('agrees on HTTP/1.1 with a client that would rather have HTTP/2', async () => {
    const { ca } = certificate;
    const socket = connectTls({ port: server.port, ca, servername: 'localhost', ALPNProtocols: ['h2', 'http/1.1'] });
    await new Promise((resolve) => socket.once('secureConnect', resolve));
    expect(socket.alpnProtocol).toBe('http/1.1');
    socket.destroy();
  });

  it('refuses a client that offers HTTP/2 only, in the handshake', async () => {
    await expect(openSocket({ ...overTls(), tls: { ca: certificate.ca, alpn: ['h2'] } })).rejects.toThrow(
      /no application protocol|ECONNRESET|closed/,
    );
  });

  it('speaks no version of TLS before 1.2', async () => {
    const { ca } = certificate;
    const socket = connectTls({
      ...{ port: server.port, ca, servername: 'localhost' },
      ...{ minVersion: 'TLSv1.1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' },
    });
    const failure = await new Promise<Error>((resolve, reject) => {
      socket.once('error', resolve);
      socket.once('secureConnect', () => reject(new Error('TLS 1.1 was accepted.')));
    });
    expect(failure.message).toMatch(/protocol version|ECONNRESET|disconnected/i);
  });

  it('cuts a TLS handshake that never ends', async () => {
    const socket = await openSocket({ port: server.port });
    const startMs = performance.now();
    expect(await exchangeBytes(socket, HALF_CLIENT_HELLO)).toBe('');
    expect(performance.now() - startMs).toBeGreaterThan(400);
  });

  it('survives garbage after the first bytes of a handshake', async () => {
    const socket = await openSocket({ port: server.port });
    await exchangeBytes(socket, Buffer.concat([Buffer.from('160301000a', 'hex'), Buffer.alloc(200, 0xff)]));
    await using ann = await WsClient.connect({ ...overTls(), token: mintUserToken('ann') });
    await ann.ask('ping', {});
  });

  it('takes no PROXY header and no second TLS within TLS', async () => {
    for (const bytes of ['PROXY TCP4 203.0.113.1 203.0.113.2 1 2\r\n', HALF_CLIENT_HELLO]) {
      const socket = await openSocket(overTls());
      expect(errorLineCode(await exchangeBytes(socket, bytes))).toMatch(
        /^(proxy_header_invalid|unrecognised_protocol)$/,
      );
    }
  });

  it('still serves plain text to loopback', async () => {
    await using ann = await WsClient.connect({ port: server.port, token: mintUserToken('ann') });
    await ann.ask('ping', {});
  });
});

describe.skipIf(OUTSIDE_ADDRESS === undefined)('with a certificate, plain text from another address', () => {
  const fromOutside = () => openSocket({ host: OUTSIDE, port: server.port });

  it('is redirected by HTTP to the same place with https', async () => {
    const socket = await fromOutside();
    socket.write(`GET /docs?x=1 HTTP/1.1\r\nhost: ${OUTSIDE}:${server.port}\r\n\r\n`);
    const answer = await readHttpAnswer(socket);
    expect(answer.status).toBe(308);
    expect(answer.headers).toMatchObject({
      location: `https://${OUTSIDE}:${server.port}/docs?x=1`,
      'x-parley': expect.stringMatching(/^stage=tls; code=tls_required; trace=\w+$/),
    });
    socket.destroy();
  });

  it('is not redirected to a name that is not ours', async () => {
    const socket = await fromOutside();
    socket.write('GET / HTTP/1.1\r\nhost: evil.example\r\n\r\n');
    const answer = await readHttpAnswer(socket);
    expect(answer.status).toBe(403);
    expect(answer.headers).not.toHaveProperty('location');
    socket.destroy();
  });

  it('gets no WebSocket, so that no token follows in plain text', async () => {
    const socket = await fromOutside();
    const answer = await shakeHands(socket, { headers: { host: `${OUTSIDE}:${server.port}` } });
    expect([answer.status, JSON.parse(answer.body)]).toMatchObject([308, { code: 'tls_required' }]);
    socket.destroy();
  });

  it('gets no lines: one error line that says so', async () => {
    expect(errorLineCode(await exchangeBytes(await fromOutside(), '{"type":"ping"}\n'))).toBe('tls_required');
  });

  it('is served over TLS like anybody else', async () => {
    await using ann = await LineClient.connect({ host: OUTSIDE, ...overTls(), token: mintUserToken('ann') });
    await ann.ask('ping', {});
  });

  it('is served in plain with TLS_PLAIN=allow', async () => {
    await using plain = await startServer({ env: { ...tlsSettings(), TLS_PLAIN: 'allow' } });
    await using ann = await LineClient.connect({ host: OUTSIDE, port: plain.port, token: mintUserToken('ann') });
    await ann.ask('ping', {});
  });

  it('is served to a trusted proxy, which has done the TLS', async () => {
    await using behind = await startServer({ env: { ...tlsSettings(), TRUSTED_PROXIES: OUTSIDE } });
    await using ann = await LineClient.connect({ host: OUTSIDE, port: behind.port, token: mintUserToken('ann') });
    await ann.ask('ping', {});
  });
});

describe('without a certificate', () => {
  it('a TLS client is cut off at once, and the reason is counted', async () => {
    await using plain = await startServer();
    const socket = await openSocket({ port: plain.port });
    expect(await exchangeBytes(socket, HALF_CLIENT_HELLO)).toBe('');
    await until('the count', () => countHandshakes(plain, { stage: 'tls', reason: 'tls_on_plain_port' }));
  });
});

describe.concurrent('a renewed certificate', () => {
  /** A server with a certificate of its own. */
  async function renewing() {
    const own = await temporaryDirectory();
    const first = await makeCertificate(own.path);
    const env = { JWT_SECRET, TLS_CERT: first.certPath, TLS_KEY: first.keyPath };
    const renewed = await startServer({ env, mayLogFaults: true });
    return {
      directory: own.path,
      first,
      log: renewed.log,
      connect: (ca: string) => WsClient.connect({ port: renewed.port, tls: { ca }, token: mintUserToken('ann') }),
      async [Symbol.asyncDispose]() {
        await renewed[Symbol.asyncDispose]();
        await own[Symbol.asyncDispose]();
      },
    };
  }

  it('is used for new connections without a restart, and old connections stay', async () => {
    await using the = await renewing();
    await using old = await the.connect(the.first.ca);
    const second = await makeCertificate(the.directory);
    await the.log.waitFor('about the new certificate', ({ msg }) => msg === 'a new certificate is in use');
    await using fresh = await the.connect(second.ca);
    await fresh.ask('ping', {});
    await old.ask('ping', {});
    await expect(the.connect(the.first.ca)).rejects.toThrow(/self-signed/);
  });

  it('that is broken is reported, and the old one stays in use', async () => {
    await using the = await renewing();
    await writeFile(the.first.certPath, 'no certificate');
    const report = await the.log.waitFor('about the broken one', ({ code }) => code === 'tls_invalid');
    expect(report.msg).toMatch(/The old certificate stays in use\.$/);
    await using still = await the.connect(the.first.ca);
    await still.ask('ping', {});
  });

  it('that does not work at the start stops it with one sentence', async () => {
    await using own = await temporaryDirectory();
    const { certPath } = await makeCertificate(own.path);
    const env = { PORT: '0', TLS_CERT: certPath, TLS_KEY: certPath };
    const { exitCode, stderr } = await runParley(['start'], { env, dataDir: own.path });
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/^The certificate .* and the key .* cannot be used: .*\.\n.*\n\(tls_invalid\)\n$/);
  });
});
