import { byId, element } from './element.js';
import { face } from './people.js';

/** How long typing has to rest before people are looked for. */
const FIND_WAIT_MS = 200;

/** The dialog in which people are found and a chat with them is started. */
export class NewChat {
  #dialog = byId('new-chat-dialog');
  #chosen = new Map();
  #chats;
  #findTimer;
  #lastQuery = '';
  #isStarting = false;
  #started;

  /** @param started called with the id of the chat that was started */
  constructor(started) {
    this.#started = started;
    byId('find').addEventListener('input', () => {
      clearTimeout(this.#findTimer);
      this.#findTimer = setTimeout(() => void this.#find(), FIND_WAIT_MS);
    });
    byId('find').addEventListener('keydown', (event) => event.key === 'Enter' && this.#chooseFirst(event));
    byId('group-name').addEventListener('input', () => this.#showChosen());
    byId('new-chat-cancel').addEventListener('click', () => this.#dialog.close());
    byId('new-chat-form').addEventListener('submit', (event) => {
      event.preventDefault();
      void this.#start();
    });
  }

  /** Opens the dialog. */
  open(chats) {
    this.#chats = chats;
    this.#chosen.clear();
    byId('new-chat-form').reset();
    byId('found').replaceChildren();
    byId('found-note').textContent = '';
    this.#showError(undefined);
    this.#showChosen();
    this.#dialog.showModal();
    byId('find').focus();
  }

  close() {
    this.#dialog.close();
  }

  async #find() {
    const query = byId('find').value.trim();
    this.#lastQuery = query;
    if (query.length < 2) {
      byId('found').replaceChildren();
      byId('found-note').textContent = '';
      return;
    }
    try {
      const { users, complete } = await this.#chats.client.request('find_users', { query });
      // an answer that comes late must not replace that to a later question
      if (query === this.#lastQuery) this.#showFound(users, complete);
    } catch (error) {
      byId('found-note').textContent = error.message;
    }
  }

  #showFound(users, isComplete) {
    const others = users.filter(({ id }) => id !== this.#chats.me && !this.#chosen.has(id));
    byId('found').replaceChildren(...others.map((user) => this.#foundRow(user)));
    const more = isComplete ? '' : ' There are more: write more of the name.';
    byId('found-note').textContent = others.length === 0 ? 'Nobody of that name.' : `${others.length} found.${more}`;
  }

  #foundRow(user) {
    const name = nameOf(user);
    const button = element(
      'button',
      { type: 'button', class: 'person', onclick: () => this.#choose(user) },
      face(user.id, name),
      element('span', {}, name),
      user.username === null || user.username === name ? undefined : element('span', { class: 'muted' }, user.username),
    );
    return element('li', {}, button);
  }

  #chooseFirst(event) {
    const first = byId('found').querySelector('button');
    if (first === null) return;
    event.preventDefault();
    first.click();
  }

  #choose(user) {
    this.#chosen.set(user.id, user);
    byId('find').value = '';
    byId('found').replaceChildren();
    byId('found-note').textContent = '';
    byId('find').focus();
    this.#showChosen();
  }

  #showChosen() {
    const people = [...this.#chosen.values()];
    byId('chosen').replaceChildren(...people.map((user) => this.#chip(user)));
    const isGroup = people.length > 1;
    byId('group-name-field').hidden = !isGroup;
    byId('new-chat-start').textContent = isGroup ? 'Create group' : 'Start chat';
    byId('new-chat-start').disabled = people.length === 0 || (isGroup && byId('group-name').value.trim() === '');
  }

  #chip(user) {
    const name = nameOf(user);
    const remove = () => {
      this.#chosen.delete(user.id);
      this.#showChosen();
    };
    const button = element('button', { type: 'button', 'aria-label': `Remove ${name}`, onclick: remove }, '✕');
    return element('li', { class: 'chip' }, name, button);
  }

  async #start() {
    const people = [...this.#chosen.values()];
    if (byId('new-chat-start').disabled || this.#isStarting) return;
    this.#isStarting = true;
    try {
      this.#started(await this.#chats.start(people, byId('group-name').value.trim()));
      this.#dialog.close();
    } catch (error) {
      this.#showError(error);
    } finally {
      this.#isStarting = false;
    }
  }

  #showError(error) {
    byId('new-chat-error').hidden = error === undefined;
    byId('new-chat-error').textContent = error?.message ?? '';
  }
}

function nameOf({ name, username, id }) {
  return name ?? username ?? id;
}
