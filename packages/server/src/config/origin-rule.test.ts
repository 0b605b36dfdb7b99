import { describe, expect, it } from 'vitest';
import { loadFrom } from './load-config.fixture.ts';
import { createOriginRule, type OriginRule } from './origin-rule.ts';

const LAN = ['127.0.0.1', '192.168.7.20', '::1', 'fe80::1%eth0', 'fd00:0:0:0::7'];

function ruleFor(env: Record<string, string>, address = '127.0.0.1'): OriginRule {
  return createOriginRule(loadFrom({ env }).config, { address }, () => LAN);
}

describe('Host', () => {
  it.each([
    'localhost',
    'localhost:3001',
    'LocalHost:9',
    'localhost.',
    'localhost.:3001',
    '127.0.0.1:3001',
    '127.9.9.9',
    '[::1]:3001',
    '[0:0:0:0:0:0:0:1]',
    '[::ffff:127.0.0.1]',
  ])('answers to loopback as %s', (host) => {
    expect(ruleFor({}).isAllowedHost(host)).toBe(true);
  });

  it.each([
    undefined,
    '',
    ' localhost',
    'localhost ',
    'localhost,evil.example',
    'localhost:3001:1',
    'localhost:99999',
    'localhost:',
    'localhost:x',
    'user@localhost',
    'localhost/path',
    'localhost..',
    '.localhost',
    '::1',
    '[::1%25lo]',
    '[localhost]',
    'localhost\u0000',
    'x'.repeat(1000),
  ])('refuses the malformed %j', (host) => {
    expect(ruleFor({}).isAllowedHost(host)).toBe(false);
  });

  it.each([
    'evil.example',
    'evil.example:3001',
    'localhost.evil.example',
    'evil-localhost',
    '127.0.0.1.nip.example',
    '0x7f.0.0.1',
    '2130706433',
    '0.0.0.0',
    '[::]',
    '192.168.7.20',
    '169.254.169.254',
  ])('does not answer to %s, so that a rebound name gets nowhere', (host) => {
    expect(ruleFor({}).isAllowedHost(host)).toBe(false);
  });

  it('answers to the address it listens on, and not to the other addresses of the machine', () => {
    const rule = ruleFor({ HOST: '192.168.7.20' }, '192.168.7.20');
    expect(rule.isAllowedHost('192.168.7.20:3001')).toBe(true);
    expect(rule.isAllowedHost('192.168.7.21:3001')).toBe(false);
    expect(rule.isAllowedHost('[fd00::7]')).toBe(false);
  });

  it.each(['0.0.0.0', '::'])('answers to each address of the machine when it listens on %s', (address) => {
    const rule = ruleFor({ HOST: address }, address);
    expect(rule.isAllowedHost('192.168.7.20:3001')).toBe(true);
    expect(rule.isAllowedHost('[fd00::7]:3001')).toBe(true);
    expect(rule.isAllowedHost('[FD00:0::0007]')).toBe(true);
    expect(rule.isAllowedHost('192.168.7.21')).toBe(false);
    expect(rule.isAllowedHost('0.0.0.0:3001')).toBe(false);
    expect(rule.isAllowedHost('evil.example')).toBe(false);
  });

  it('answers to the name it was told to listen on', () => {
    expect(ruleFor({ HOST: 'Node-1.internal' }, '10.0.0.7').isAllowedHost('node-1.internal:3001')).toBe(true);
  });

  it('answers to the hosts of DOMAIN_URL and ALLOWED_HOSTS, with any port', () => {
    const rule = ruleFor({
      DOMAIN_URL: 'https://app.example.com,http://[fd00::1]:3000,capacitor://phone',
      ALLOWED_HOSTS: 'Chat.Example.com, 10.0.0.7, ::9, münchen.example',
    });
    for (const host of ['app.example.com', 'APP.example.com.:8443', '[fd00::1]', 'chat.example.com:1', '10.0.0.7']) {
      expect(rule.isAllowedHost(host)).toBe(true);
    }
    expect(rule.isAllowedHost('[::9]:3001')).toBe(true);
    expect(rule.isAllowedHost('xn--mnchen-3ya.example')).toBe(true);
    expect(rule.isAllowedHost('sub.chat.example.com')).toBe(false);
    expect(rule.isAllowedHost('example.com')).toBe(false);
    expect(rule.isAllowedHost('phone')).toBe(false);
  });
});

describe('Origin', () => {
  it('lets clients without an origin in', () => {
    expect(ruleFor({}).isAllowedOrigin(undefined, 'localhost:3001')).toBe(true);
  });

  it.each(['http://localhost:3000', 'http://localhost', 'http://127.0.0.1:65535'])(
    'lets %s in while nothing is configured and the listener is on loopback',
    (origin) => {
      expect(ruleFor({}).isAllowedOrigin(origin, 'localhost:3001')).toBe(true);
      expect(ruleFor({}, '0.0.0.0').isAllowedOrigin(origin, '192.168.7.20:3001')).toBe(false);
      expect(ruleFor({ DOMAIN_URL: 'https://a.example' }).isAllowedOrigin(origin, 'localhost:3001')).toBe(false);
    },
  );

  it.each([
    'null',
    '',
    'https://localhost:3000',
    'http://localhost:3000/',
    'http://localhost.evil.example',
    'http://localhost:3000@evil.example',
    'http://localhost@evil.example',
    'http://evil.example',
    'http://127.0.0.1.evil.example',
    'http://127.0.0.2:3000',
    'http://10.0.0.1',
    'http://LOCALHOST:3000',
    'file://',
    'http://localhost:',
    'http://localhost:3000 http://evil.example',
  ])('refuses %j on a development server', (origin) => {
    expect(ruleFor({}).isAllowedOrigin(origin, '127.0.0.1:3001')).toBe(false);
  });

  it('lets exactly the origins of DOMAIN_URL in', () => {
    const rule = ruleFor({ DOMAIN_URL: 'https://App.Example.com:443/, http://b.example:8080,capacitor://localhost' });
    expect(rule.isAllowedOrigin('https://app.example.com', 'chat.example.com')).toBe(true);
    expect(rule.isAllowedOrigin('http://b.example:8080', undefined)).toBe(true);
    expect(rule.isAllowedOrigin('capacitor://localhost', 'localhost')).toBe(true);
    for (const origin of [
      'http://app.example.com',
      'https://app.example.com:8443',
      'https://www.app.example.com',
      'https://example.com',
      'https://app.example.com.evil.example',
      'http://b.example',
      'null',
    ]) {
      expect(rule.isAllowedOrigin(origin, '127.0.0.1:3001')).toBe(false);
    }
  });

  it("lets the server's own pages in, by the Host they were loaded from", () => {
    const rule = ruleFor({ ALLOWED_HOSTS: 'chat.example.com' }, '0.0.0.0');
    expect(rule.isAllowedOrigin('https://chat.example.com', 'chat.example.com')).toBe(true);
    expect(rule.isAllowedOrigin('http://chat.example.com:3001', 'chat.example.com:3001')).toBe(true);
    expect(rule.isAllowedOrigin('http://chat.example.com', 'chat.example.com:80')).toBe(true);
    expect(rule.isAllowedOrigin('http://[::1]:3001', '[::1]:3001')).toBe(true);
    expect(rule.isAllowedOrigin('https://chat.example.com:3002', 'chat.example.com:3001')).toBe(false);
    expect(rule.isAllowedOrigin('https://chat.example.com', 'localhost')).toBe(false);
  });

  it('holds the scheme of its own pages against how the client came, where that is known', () => {
    const rule = ruleFor({ ALLOWED_HOSTS: 'chat.example.com' }, '0.0.0.0');
    expect(rule.isAllowedOrigin('http://chat.example.com', 'chat.example.com', 'https')).toBe(false);
    expect(rule.isAllowedOrigin('https://chat.example.com', 'chat.example.com', 'https')).toBe(true);
  });

  it('does not take a rebound page for its own', () => {
    expect(ruleFor({}).isAllowedOrigin('http://evil.example:3001', 'evil.example:3001')).toBe(false);
    expect(ruleFor({}, '0.0.0.0').isAllowedOrigin('http://evil.example', 'evil.example')).toBe(false);
  });

  it('does not take an attacker at a bare address for its own (CVE-2025-30360)', () => {
    expect(ruleFor({}, '0.0.0.0').isAllowedOrigin('http://203.0.113.9', '192.168.7.20:3001')).toBe(false);
    expect(ruleFor({}, '0.0.0.0').isAllowedOrigin('http://203.0.113.9', '203.0.113.9')).toBe(false);
  });

  it('lists only what DOMAIN_URL lists, for cookies', () => {
    const rule = ruleFor({ DOMAIN_URL: 'https://app.example.com' });
    expect(rule.isListedOrigin('https://app.example.com')).toBe(true);
    expect(rule.isListedOrigin(undefined)).toBe(false);
    expect(rule.isListedOrigin('http://localhost:3001')).toBe(false);
  });
});
