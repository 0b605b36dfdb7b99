import { posix } from 'node:path';
import { describe, expect, it } from 'vitest';
import { listPageFiles } from '../page-files.ts';
import { createTestHttpApp } from '../testing/test-http-app.ts';

const page = listPageFiles({ isSignupOpen: false });
const textOf = (path: string) => page.find((file) => file.path === path)?.body.toString() ?? '';
const scripts = page.filter(({ contentType }) => contentType.startsWith('text/javascript'));

describe('the web page', () => {
  it('is not there when the server is not given one', async () => {
    await using test = createTestHttpApp();
    expect((await test.send('GET', '/')).json()).toMatchObject({ service: 'parley' });
    expect((await test.send('GET', '/page.js')).statusCode).toBe(404);
  });

  it.each([
    '/index.html',
    '/../package.json',
    '/client/../page.css/../../package.json',
    '/%2e%2e/package.json',
    '/client/%2e%2e%2f%2e%2e%2fpackage.json',
    '/client/index.ts',
    '/client/client.test.js',
    '/client/testing/fake-server.js',
    '/client/',
    '//page.js',
  ])('serves nothing at %s', async (url) => {
    await using test = createTestHttpApp({ routes: { page } });
    const answer = await test.send('GET', url);
    expect(answer.statusCode).toBeGreaterThanOrEqual(400);
    expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/);
  });

  it.each(page.map(({ path, contentType }) => [path, contentType]))('serves %s as %s', async (path, contentType) => {
    await using test = createTestHttpApp({ routes: { page } });
    const answer = await test.send('GET', path);
    expect(answer.statusCode).toBe(200);
    expect(answer.body.length).toBeGreaterThan(0);
    expect(answer.headers).toMatchObject({
      'content-type': contentType,
      'cache-control': 'no-cache',
      'x-content-type-options': 'nosniff',
      'content-security-policy': expect.stringContaining("default-src 'none'; script-src 'self';"),
    });
    const etag = String(answer.headers['etag']);
    const again = await test.send('GET', path, { headers: { 'if-none-match': etag } });
    expect(again.statusCode).toBe(304);
    expect(again.body).toBe('');
    expect((await test.send('GET', path, { headers: { 'if-none-match': '"other"' } })).statusCode).toBe(200);
  });

  it('lets a page of another origin read nothing of it', async () => {
    await using test = createTestHttpApp({ routes: { page } });
    const answer = await test.send('GET', '/', { headers: { origin: 'https://evil.example' } });
    expect(answer.statusCode).toBe(403);
  });

  it('offers an account only where strangers may make one', () => {
    expect(textOf('/')).toContain('data-signup="closed"');
    const open = listPageFiles({ isSignupOpen: true }).find(({ path }) => path === '/');
    expect(open?.body.toString()).toContain('data-signup="open"');
  });

  it('needs nothing that its security policy forbids', () => {
    const html = textOf('/');
    expect(html.match(/<script\b[^>]*>/g)).toEqual(['<script type="module" src="/page.js">']);
    expect(html).not.toMatch(/\s(?:on[a-z]+|style)=|<style|javascript:|https?:/i);
    expect(scripts.length).toBeGreaterThan(20);
    for (const { path, body } of scripts) {
      expect(body.toString(), path).not.toMatch(
        /innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|setAttribute\('style/,
      );
    }
  });

  it('imports only what is served with it', () => {
    const served = new Set(page.map(({ path }) => path));
    for (const { path, body } of scripts) {
      const specifiers = [...body.toString().matchAll(/\bfrom '([^']+)'/g)].map(([, specifier = '']) => specifier);
      for (const specifier of specifiers) {
        expect(served, `${path} imports ${specifier}`).toContain(posix.resolve(posix.dirname(path), specifier));
      }
    }
  });
});
