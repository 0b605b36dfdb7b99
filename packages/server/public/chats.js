import { Chat } from './chat.js';

const PAGE = 50;
const STARTED = 'started the chat';
/** How long further reasons to read the list are collected. */
const LIST_WAIT_MS = 150;

/** All chats of the signed-in user, kept up to date by the client's events. */
export class Chats {
  client;
  people;
  #changed;
  #chats = new Map();
  #activeId;
  #listTimer;

  /** @param changed called after anything that is shown has changed */
  constructor(client, people, changed) {
    this.client = client;
    this.people = people;
    this.#changed = changed;
    client.on('message:new', (message) => this.#onMessage(message));
    client.on('chat:changed', (change, { chat_id, seq }) => this.#onChatChanged(chat_id, seq, change));
    client.on('member:changed', (change, { chat_id, seq }) => this.#onMemberChanged(chat_id, seq, change));
    client.on('receipt', (receipt) => this.#onReceipt(receipt));
    client.on('gap', ({ chat_id }) => this.#reload(chat_id));
    client.on('reset', ({ chatId }) => this.#reload(chatId));
    client.on('state', ({ name }) => name === 'online' && this.refresh());
  }

  get me() {
    return this.client.user.id;
  }

  /** The chats, the one with the latest message first. */
  get list() {
    const latest = (chat) => chat.lastMessage?.timestamp ?? '';
    return [...this.#chats.values()].sort((a, b) => latest(b).localeCompare(latest(a)));
  }

  get active() {
    return this.#chats.get(this.#activeId);
  }

  get unread() {
    return this.list.reduce((sum, { unread }) => sum + unread, 0);
  }

  /** Opens a chat, or none. */
  open(chatId) {
    this.#activeId = chatId;
    this.#changed();
    if (this.active !== undefined && !this.active.isLoaded) void this.#loadNewest(this.active);
  }

  /** Makes a chat with these people, or finds the one there is. Returns its id. */
  async start(people, groupName) {
    for (const person of people) this.people.note(person);
    const ids = people.map(({ id }) => id);
    const summary =
      ids.length === 1
        ? await this.client.request('create_chat', { user_id: ids[0] })
        : await this.client.request('create_group', { group_name: groupName, member_ids: ids });
    const chat = this.#describe(summary);
    // whoever causes an event is told it by the reply
    if (!summary.duplicate) chat.addNotice(summary.seq, { by: this.me, what: STARTED, timestamp: Date.now() });
    return chat.id;
  }

  /** Sends a message, which is shown at once as on its way. */
  async send(chat, content, clientMsgId = crypto.getRandomValues(new Uint32Array(4)).join('-')) {
    chat.pending.set(clientMsgId, { content });
    this.#changed();
    try {
      await this.client.send(chat.id, content, { clientMsgId });
    } catch (error) {
      if (chat.pending.has(clientMsgId)) chat.pending.set(clientMsgId, { content, error });
      this.#changed();
    }
  }

  /** Gives up on a message that was refused. */
  discard(chat, clientMsgId) {
    chat.pending.delete(clientMsgId);
    this.#changed();
  }

  /** Loads the page before the first message that is known. */
  async loadOlder(chat) {
    const fields = { chat_id: chat.id, before_seq: chat.firstSeq, limit: PAGE };
    this.#addPage(chat, await this.client.request('get_messages', fields));
  }

  /** The user has seen everything in this chat. */
  async markRead(chat) {
    if (chat.readSeq >= chat.lastSeq || this.client.state.name !== 'online') return;
    const before = chat.readSeq;
    chat.readSeq = chat.lastSeq;
    chat.unread = 0;
    this.#changed();
    // on failure the next look at the chat tries again
    await this.client.request('mark_read', { chat_id: chat.id, up_to_seq: chat.readSeq }).catch(() => {
      chat.readSeq = before;
    });
  }

  /** Reads the list and the open chat again: receipts are not told to who was away. */
  refresh() {
    void this.#loadList();
    if (this.active !== undefined) void this.#loadNewest(this.active);
  }

  async #loadList() {
    this.#listTimer = undefined;
    const present = new Set();
    try {
      for (let next, complete = false; !complete; ) {
        const page = await this.client.request('get_user_chats', next === undefined ? {} : { next });
        for (const summary of page.chats) present.add(this.#describe(summary).id);
        ({ next, complete } = page);
      }
    } catch (error) {
      // the connection is gone: the next one reads the list again
      if (error.code === 'rate_limited') this.#loadListSoon();
      return;
    }
    for (const chatId of this.#chats.keys()) if (!present.has(chatId)) this.#chats.delete(chatId);
    this.open(this.#activeId);
  }

  #loadListSoon() {
    if (this.#listTimer === undefined) this.#listTimer = setTimeout(() => void this.#loadList(), LIST_WAIT_MS);
  }

  #describe(summary) {
    const chat = this.#chat(summary.id);
    chat.describe(summary);
    for (const { user_id, name } of summary.members) this.people.note({ id: user_id, name });
    return chat;
  }

  async #loadNewest(chat) {
    try {
      const page = await this.client.request('get_messages', { chat_id: chat.id, limit: PAGE });
      const isFirst = !chat.isLoaded;
      chat.isLoaded = true;
      this.#addPage(chat, page, isFirst);
    } catch {
      // the connection is gone: the next one loads it again
    }
  }

  #addPage(chat, { messages, complete }, tellsOlder = true) {
    for (const message of messages) chat.addMessage(message);
    if (tellsOlder) chat.hasOlder = !complete;
    this.#changed();
  }

  #chat(chatId) {
    const known = this.#chats.get(chatId) ?? new Chat(chatId);
    this.#chats.set(chatId, known);
    return known;
  }

  #onMessage(message) {
    const isKnown = this.#chats.has(message.chat_session_id);
    const chat = this.#chat(message.chat_session_id);
    // the list may have counted it before it came live
    const isCounted = message.seq <= chat.lastSeq;
    chat.addMessage(message);
    if (!isCounted && message.sender_id !== this.me && message.seq > chat.readSeq) chat.unread++;
    if (!isKnown) this.#loadListSoon();
    this.#changed();
  }

  #onChatChanged(chatId, seq, { change, name, by, timestamp }) {
    const chat = this.#chat(chatId);
    const what = change === 'created' ? STARTED : `named the group “${name}”`;
    chat.addNotice(seq, { by, what, timestamp });
    this.#loadListSoon();
    this.#changed();
  }

  #onMemberChanged(chatId, seq, { change, user_id, role, by, timestamp }) {
    const whom = () => this.people.nameOf(user_id);
    const what = {
      joined: () => `added ${whom()}`,
      left: () => 'left the group',
      removed: () => `removed ${whom()}`,
      role: () => `made ${whom()} ${role}`,
    }[change]();
    this.#chat(chatId).addNotice(seq, { by, what, timestamp });
    this.#loadListSoon();
    this.#changed();
  }

  #onReceipt({ chat_id, user_id, read_seq }) {
    const chat = this.#chat(chat_id);
    chat.noteRead(user_id, read_seq);
    if (user_id === this.me && read_seq > chat.readSeq) {
      chat.readSeq = read_seq;
      this.#loadListSoon();
    }
    this.#changed();
  }

  #reload(chatId) {
    for (const chat of chatId === undefined ? this.#chats.values() : [this.#chat(chatId)]) chat.unload();
    this.#loadListSoon();
    if (this.active !== undefined && !this.active.isLoaded) void this.#loadNewest(this.active);
  }
}
