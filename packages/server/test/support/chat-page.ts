import type { Browser, Locator, Page } from 'playwright-core';
import type { TestServer } from './start-server.ts';

/** Good for everybody: the tests are about what happens after. */
const PASSWORD = 'correct horse battery staple';

/** One person in front of the web page, in a browser context of their own. */
export class ChatPage {
  readonly page: Page;
  /** What went wrong in the page: exceptions, refused resources, violations of its security policy. */
  readonly faults: string[] = [];

  constructor(page: Page) {
    this.page = page;
    page.on('pageerror', (error) => this.faults.push(String(error)));
    page.on('dialog', (dialog) => {
      this.faults.push(`dialog: ${dialog.message()}`);
      void dialog.dismiss();
    });
    page.on('console', (line) => {
      // a browser reports every connection that fails; that the page reconnects is what is tested
      const isExpected = /WebSocket connection to/.test(line.text());
      if (line.type() === 'error' && !isExpected) this.faults.push(line.text());
    });
  }

  /** Opens the page and makes an account. */
  static async signUp(
    browser: Browser,
    server: TestServer,
    username: string,
    viewport = { width: 1280, height: 800 },
  ): Promise<ChatPage> {
    const context = await browser.newContext({ viewport });
    const person = new ChatPage(await context.newPage());
    await person.page.goto(`${server.origin}/`);
    await person.page.getByRole('button', { name: 'Create an account' }).click();
    await person.page.getByLabel('User name').fill(username);
    await person.page.getByLabel('Password').fill(PASSWORD);
    await person.page.getByRole('button', { name: 'Create an account' }).click();
    await person.online();
    return person;
  }

  /** Waits until the connection stands. */
  async online(): Promise<void> {
    await this.page.getByRole('status').getByText('Online', { exact: true }).waitFor();
  }

  /** Starts a chat with one person, or a group of several. */
  async startChat(people: readonly string[], groupName = ''): Promise<void> {
    const dialog = this.page.getByRole('dialog');
    await this.page.getByRole('button', { name: 'New chat' }).click();
    for (const name of people) {
      await dialog.getByLabel('Find people').fill(name);
      await dialog.getByLabel('People found').getByRole('button', { name }).click();
    }
    if (people.length > 1) await dialog.getByLabel('Name of the group').fill(groupName);
    await dialog.getByRole('button', { name: people.length > 1 ? 'Create group' : 'Start chat' }).click();
    await dialog.waitFor({ state: 'hidden' });
  }

  /** The row of a chat in the list. */
  chat(title: string): Locator {
    return this.page.getByRole('navigation', { name: 'Chats' }).getByRole('button', { name: new RegExp(`^${title}`) });
  }

  async openChat(title: string): Promise<void> {
    await this.chat(title).click();
    await this.page.getByRole('heading', { name: title }).waitFor();
  }

  /** Writes a message and sends it. */
  async say(text: string): Promise<void> {
    await this.page.getByLabel('Message', { exact: true }).fill(text);
    await this.page.getByLabel('Message', { exact: true }).press('Enter');
  }

  /** The bubble of a message. */
  message(text: string): Locator {
    return this.page.locator('.message', { has: this.page.getByText(text, { exact: true }) });
  }

  /** The texts of all messages shown, in order. */
  texts(): Promise<string[]> {
    return this.page.locator('.message .text').allTextContents();
  }

  /** Opens the protocol log. */
  async openLog(): Promise<Locator> {
    await this.page.getByRole('button', { name: /^Protocol/ }).click();
    return this.page.getByRole('complementary', { name: 'Protocol log' });
  }
}
