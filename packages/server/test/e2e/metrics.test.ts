import { describe, expect, it } from 'vitest';
import { callApi } from '../support/call-api.ts';
import { connectUser } from '../support/connect-user.ts';
import { LineClient } from '../support/line-client.ts';
import { firstAdmin, signIn } from '../support/local-users.ts';
import { openSocket } from '../support/open-socket.ts';
import { OUTSIDE_ADDRESS } from '../support/outside-address.ts';
import { exchangeBytes } from '../support/raw-exchange.ts';
import { parseMetrics, readMetrics } from '../support/read-metrics.ts';
import { sharedServer } from '../support/shared-server.ts';
import { startServer } from '../support/start-server.ts';
import { JWT_SECRET } from '../support/test-users.ts';
import { WsClient } from '../support/ws-client.ts';

const server = sharedServer({ env: { JWT_SECRET, TRUSTED_PROXIES: '127.0.0.2' } });

/** The names that operators' dashboards and alerts are built on. */
const NAMES = [
  'parley_handshakes_total',
  'parley_connections',
  'parley_connections_closed_total',
  'parley_messages_total',
  'parley_message_bytes_total',
  'parley_slow_consumers_total',
  'parley_auth_failures_total',
  'parley_ratelimit_rejections_total',
  'parley_recoveries_total',
  'parley_event_loop_lag_seconds',
  'parley_wal_bytes',
  'parley_build_info',
  'parley_request_duration_seconds_bucket',
  'parley_http_request_duration_seconds_bucket',
  'process_resident_memory_bytes',
  'process_open_fds',
];

/** Some of everything: good and bad handshakes, commands, types that nobody knows. */
async function makeTraffic(): Promise<void> {
  await using ann = await connectUser(server(), 'ann');
  await using bob = await connectUser(server(), 'bob', { over: LineClient });
  const { id } = await ann.ask('create_group', { group_name: 'g', member_ids: ['bob'] });
  await ann.ask('message', { chat_id: id, content: 'hello' });
  await bob.push('message:new');
  await bob.ask('sync', { chats: [[id, 0]] });
  for (let index = 0; index < 20; index++) await bob.refusal(`no-such-type-${index}`);
  for (let index = 0; index < 5; index++) {
    await using refused = await WsClient.connect({ port: server().port, token: `bad-${index}` });
    await refused.ended();
    await callApi(server(), 'GET', `/no/such/place/${index}?token=secret-${index}`);
    await exchangeBytes(await openSocket({ port: server().port }), `junk ${index}\n`);
  }
}

describe('/metrics', () => {
  it('has every name that dashboards are built on', async () => {
    await makeTraffic();
    const names = new Set((await readMetrics(server())).map(({ name }) => name));
    expect(NAMES.filter((name) => !names.has(name))).toEqual([]);
  });

  it('has labels from closed lists only, whatever clients send', async () => {
    const count = async () => (await readMetrics(server())).filter(({ name }) => name.startsWith('parley_')).length;
    await makeTraffic();
    const before = await count();
    await makeTraffic();
    await makeTraffic();
    expect(await count()).toBe(before);
    const samples = await readMetrics(server());
    const values = samples.flatMap(({ labels }) => Object.values(labels)).join('\n');
    expect(values).not.toMatch(/no-such|chat_|usr_|con_|ann|bob|secret|127\.0\.0\.1|bad-/);
    const others = samples.find(({ name, labels }) => name === 'parley_messages_total' && labels['type'] === 'other');
    expect(others?.value).toBeGreaterThanOrEqual(20);
  });

  it('counts what happened', async () => {
    const value = async (name: string, labels: Record<string, string>): Promise<number> => {
      const all = (await readMetrics(server())).filter((sample) => sample.name === name);
      const matching = all.filter((each) => Object.entries(labels).every(([key, text]) => each.labels[key] === text));
      return matching.reduce((sum, sample) => sum + sample.value, 0);
    };
    const before = await value('parley_messages_total', { direction: 'in', type: 'ping' });
    const connections = await value('parley_connections', { transport: 'websocket' });
    await using ann = await connectUser(server(), 'ann');
    for (let index = 0; index < 7; index++) await ann.ask('ping', {});
    expect(await value('parley_messages_total', { direction: 'in', type: 'ping' })).toBe(before + 7);
    expect(await value('parley_connections', { transport: 'websocket' })).toBe(connections + 1);
    const refused = { stage: 'auth', outcome: 'refused', reason: 'token_malformed' };
    const failures = await value('parley_handshakes_total', refused);
    await using bad = await WsClient.connect({ port: server().port, token: 'bad' });
    await bad.ended();
    expect(await value('parley_handshakes_total', refused)).toBe(failures + 1);
  });

  it('is for programs on this machine: a forwarding header means somebody else asks through a proxy', async () => {
    for (const name of ['x-forwarded-for', 'forwarded', 'via', 'x-real-ip']) {
      const { status, text } = await callApi(server(), 'GET', '/metrics', { headers: { [name]: '127.0.0.1' } });
      expect([name, status]).toEqual([name, 401]);
      expect(text).not.toContain('parley_connections');
    }
  });

  it('is not for what a trusted proxy forwards, even for a client that calls itself loopback', async () => {
    const socket = await openSocket({ port: server().port, localAddress: '127.0.0.2' });
    const text = await exchangeBytes(
      socket,
      'GET /metrics HTTP/1.1\r\nhost: 127.0.0.1\r\nx-forwarded-for: 127.0.0.1\r\nconnection: close\r\n\r\n',
    );
    expect(text).toMatch(/^HTTP\/1\.1 401 /);
  });

  it('is for keys with the scope, and for no others', async () => {
    const { token } = await signIn(server(), await firstAdmin(server()));
    const headers = { 'x-forwarded-for': '203.0.113.1' };
    const statusWith = async (...scopes: string[]): Promise<number> => {
      const made = await callApi(server(), 'POST', '/v1/keys', { token, body: { name: 'k', scopes } });
      const key = String(made.json?.['key']);
      return (await callApi(server(), 'GET', '/metrics', { token: key, headers })).status;
    };
    expect(await statusWith('metrics:read')).toBe(200);
    expect(await statusWith('publish')).toBe(403);
    expect((await callApi(server(), 'GET', '/metrics', { token: 'parley_ak_none', headers })).status).toBe(401);
  });

  it.skipIf(OUTSIDE_ADDRESS === undefined)('is not for another machine', async () => {
    await using open = await startServer({ env: { HOST: '0.0.0.0' } });
    const response = await fetch(`http://${OUTSIDE_ADDRESS}:${open.port}/metrics`);
    expect(response.status).toBe(401);
    expect(parseMetrics(await response.text())).toEqual([]);
  });
});
