import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { callApi } from '../support/call-api.ts';
import { ChatPage } from '../support/chat-page.ts';
import { hasProgram } from '../support/has-program.ts';
import { CHROMIUM, openBrowser } from '../support/open-browser.ts';
import { sharedServer } from '../support/shared-server.ts';
import { startServer } from '../support/start-server.ts';
import { until } from '../support/until.ts';

const env = { SIGNUP: 'open' };
/** A browser takes its time on a busy machine. */
const TIMEOUT_MS = 180_000;

it('production serves data at / and no page', async () => {
  await using server = await startServer({ env: { NODE_ENV: 'production' } });
  expect((await callApi(server, 'GET', '/')).json).toMatchObject({ service: 'parley', websocket: '/ws' });
  for (const path of ['/page.js', '/client.js', '/index.html']) {
    expect((await callApi(server, 'GET', path)).status).toBe(404);
  }
});

describe.runIf(hasProgram([CHROMIUM, '--version'], 'Chromium'))('the web page', { timeout: TIMEOUT_MS }, () => {
  const server = sharedServer({ env });
  let browser: Browser;
  beforeAll(async () => {
    browser = await openBrowser();
  });
  afterEach(async () => {
    for (const context of browser.contexts()) await context.close();
  });
  afterAll(() => browser.close());

  it('lets two people talk, and shows what was read', async () => {
    const ana = await ChatPage.signUp(browser, server(), 'Ana Lima');
    const bo = await ChatPage.signUp(browser, server(), 'Bo Berg');
    await ana.startChat(['Bo Berg']);
    await ana.say('Hello Bo');
    await ana.message('Hello Bo').getByRole('img', { name: 'sent' }).waitFor();
    await bo.chat('Ana Lima').getByLabel('1 unread').waitFor();
    await until('the title to tell what is unread', async () => (await bo.page.title()) === '(1) Parley');
    await bo.openChat('Ana Lima');
    await ana.message('Hello Bo').getByRole('img', { name: 'read' }).waitFor();
    await bo.chat('Ana Lima').getByLabel('unread').waitFor({ state: 'hidden' });
    await bo.say('Hello Ana\nhow are you?');
    await ana.page.getByText('how are you?').last().waitFor();
    expect(await ana.texts()).toEqual(['Hello Bo', 'Hello Ana\nhow are you?']);
    expect([...ana.faults, ...bo.faults]).toEqual([]);
  });

  it('shows what people write as text, whatever it is', async () => {
    const markup = '<img src=x onerror="alert(1)"><script>alert(2)</script><a href="javascript:alert(3)">x</a>';
    const mallory = await ChatPage.signUp(browser, server(), '<i>Mallory</i>');
    const bo = await ChatPage.signUp(browser, server(), 'Dov Levi');
    await mallory.startChat(['Dov Levi']);
    await mallory.say(markup);
    await bo.openChat('<i>Mallory</i>');
    await bo.message(markup).waitFor();
    for (const { page } of [mallory, bo]) expect(await page.locator('img[src="x"], i, .message a').count()).toBe(0);
    await bo.openLog();
    await bo.page.locator('.log-entries summary', { hasText: 'message:new' }).first().click();
    expect([...mallory.faults, ...bo.faults]).toEqual([]);
  });

  it('reconnects and catches up when the server is killed and comes back while people type', async () => {
    await using server = await startServer({ env });
    const ana = await ChatPage.signUp(browser, server, 'Ana Lima');
    const bo = await ChatPage.signUp(browser, server, 'Bo Berg');
    const chi = await ChatPage.signUp(browser, server, 'Chi Okafor', { width: 390, height: 780 });
    await ana.startChat(['Bo Berg', 'Chi Okafor'], 'Crew');
    await ana.say('before');
    for (const person of [bo, chi]) {
      await person.openChat('Crew');
      await person.message('before').waitFor();
    }
    const written = Array.from({ length: 12 }, (_, index) => `line ${index}`);
    for (const [index, line] of written.entries()) {
      await (index % 2 === 0 ? ana : bo).say(line);
      if (index === 3) await server.kill();
      if (index === 8) await ana.page.getByText('No connection.').waitFor();
    }
    await server.start();
    // as a browser does that has a network again; otherwise the page waits up to half a minute
    for (const { page } of [ana, bo, chi]) await page.evaluate('dispatchEvent(new Event("online"))');
    const expected = ['before', ...written].toSorted();
    for (const person of [ana, bo, chi]) {
      await person.online();
      await until('every line once', async () => same((await person.texts()).toSorted(), expected));
      await until('nothing to be on its way', async () => (await person.page.locator('.pending').count()) === 0);
    }
    // everybody sees the one order of the log, and each writer's lines in theirs
    const order = await ana.texts();
    expect(await bo.texts()).toEqual(order);
    expect(await chi.texts()).toEqual(order);
    for (const side of [0, 1]) {
      const own = written.filter((_, index) => index % 2 === side);
      expect(order.filter((line) => own.includes(line))).toEqual(own);
    }
    expect([...ana.faults, ...bo.faults, ...chi.faults]).toEqual([]);
  });

  it('keeps the sign-in over a reload, and keeps no password', async () => {
    const ana = await ChatPage.signUp(browser, server(), 'Eva Roth');
    const stored = () => ana.page.evaluate('JSON.stringify([{ ...localStorage }, { ...sessionStorage }])');
    expect(await stored()).toBe('[{},{}]');
    await ana.page.reload();
    await ana.online();
    expect(await stored()).toBe('[{},{}]');
    await ana.page.getByRole('button', { name: 'Sign out' }).click();
    await ana.page.getByRole('heading', { name: 'Sign in' }).waitFor();
    expect(await ana.page.getByLabel('Password').inputValue()).toBe('');
    await ana.page.reload();
    await ana.page.getByRole('heading', { name: 'Sign in' }).waitFor();
    expect(ana.faults).toEqual([]);
  });

  it('shows the frames of the wire without their secrets, and why a sign-in failed', async () => {
    const context = await browser.newContext();
    const stranger = new ChatPage(await context.newPage());
    await stranger.page.goto(`${server().origin}/`);
    await stranger.page.getByLabel('User name').fill('nobody');
    await stranger.page.getByLabel('Password').fill('a wrong password');
    await stranger.page.getByRole('button', { name: 'Sign in' }).click();
    const alert = stranger.page.getByRole('alert');
    expect(await alert.getByRole('link').getAttribute('href')).toMatch(/#invalid_credentials$/);
    const log = await stranger.openLog();
    await log.getByText('Closed 1000 invalid_credentials').waitFor();
    const sent = log.locator('summary', { hasText: 'login' }).first();
    await sent.click();
    await log.getByText('"username": "nobody"').waitFor();
    const text = await log.textContent();
    expect(text).toContain('(hidden)');
    expect(text).not.toContain('a wrong password');
  });

  it('pages back through what was said', async () => {
    const ana = await ChatPage.signUp(browser, server(), 'Fay Holm');
    await ChatPage.signUp(browser, server(), 'Gus Ekman');
    await ana.startChat(['Gus Ekman']);
    const written = Array.from({ length: 70 }, (_, index) => `line ${index}`);
    for (const line of written) await ana.say(line);
    await until('all lines to be sent', async () => (await ana.page.locator('.pending').count()) === 0);
    await ana.page.reload();
    await ana.openChat('Gus Ekman');
    await until('the newest page', async () => (await ana.texts()).length === 50);
    const messages = ana.page.getByLabel('Messages', { exact: true });
    await until('everything', async () => {
      await messages.evaluate((scroll) => Object.assign(scroll, { scrollTop: 0 }));
      return (await ana.texts()).length === 70;
    });
    expect(await ana.texts()).toEqual(written);
    expect(ana.faults).toEqual([]);
  });
});

function same(left: readonly string[], right: readonly string[]): boolean {
  return left.length === right.length && left.every((text, index) => text === right[index]);
}
