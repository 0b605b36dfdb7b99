import { byId, element } from './element.js';
import { KeyedList } from './keyed-list.js';
import { face } from './people.js';
import { shortTime } from './times.js';

/** The list of chats, with what was said last and how much of it is unread. */
export class ChatList {
  #list = new KeyedList(byId('chat-list'));
  #open;

  /** @param open called with the id of the chat that was chosen */
  constructor(open) {
    this.#open = open;
  }

  /** Shows nothing of whoever was signed in. */
  clear() {
    this.#list.show([]);
  }

  show(chats) {
    const { people, me } = chats;
    byId('chats-empty').hidden = chats.list.length > 0;
    this.#list.show(
      chats.list.map((chat) => {
        const title = chat.title(people, me);
        const last = chat.lastMessage;
        const preview = last === null ? 'No messages yet' : `${whose(chat, last, people, me)}${last.content}`;
        const isActive = chat === chats.active;
        const row = {
          id: chat.id,
          faceId: chat.faceId(me),
          title,
          preview,
          at: last?.timestamp,
          unread: chat.unread,
          isActive,
        };
        return { key: chat.id, state: JSON.stringify(row), build: () => this.#row(row) };
      }),
    );
  }

  #row({ id, faceId, title, preview, at, unread, isActive }) {
    const count = unread > 99 ? '99+' : String(unread);
    const badge = element('span', { class: 'badge', 'aria-label': `${count} unread` }, count);
    const button = element(
      'button',
      { type: 'button', class: 'chat', 'data-chat': id, onclick: () => this.#open(id) },
      face(faceId, title),
      element('span', { class: 'chat-title' }, title),
      element('time', { class: 'muted', dateTime: at ?? '' }, at === undefined ? '' : shortTime(at)),
      element('span', { class: 'chat-preview muted' }, preview),
      unread === 0 ? undefined : badge,
    );
    if (isActive) button.setAttribute('aria-current', 'true');
    return element('li', {}, button);
  }
}

function whose(chat, message, people, me) {
  if (message.sender_id === me) return 'You: ';
  return chat.kind === 'group' ? `${people.nameOf(message.sender_id)}: ` : '';
}
