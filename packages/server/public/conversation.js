import { byId } from './element.js';
import { KeyedList } from './keyed-list.js';
import { messageRows } from './message-rows.js';
import { face } from './people.js';

/** How near the end counts as the end, in pixels. */
const END_PX = 60;

/** The open chat: its messages, and the field in which the next one is written. */
export class Conversation {
  #chats;
  #list = new KeyedList(byId('messages'));
  #scroll = byId('scroll');
  #draft = byId('draft');
  #shownId;
  /** What came after this was unread when the chat was opened. */
  #newAfterSeq = Number.POSITIVE_INFINITY;

  constructor() {
    byId('composer').addEventListener('submit', (event) => {
      event.preventDefault();
      this.#submit();
    });
    this.#draft.addEventListener('keydown', (event) => {
      if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      this.#submit();
    });
    this.#draft.addEventListener('input', () => this.#fitDraft());
    this.#scroll.addEventListener('scroll', () => this.#onScroll(), { passive: true });
    byId('older').addEventListener('click', () => void this.#loadOlder());
    byId('to-end').addEventListener('click', () => this.#toEnd());
    addEventListener('resize', () => this.#isAtEnd && this.#toEnd());
    document.addEventListener('visibilitychange', () => this.#noteSeen());
  }

  /** Shows nothing of whoever was signed in. */
  clear() {
    this.#shownId = undefined;
    this.#chats = undefined;
    this.#draft.value = '';
    this.#list.show([]);
  }

  /** Shows whatever chat is open. */
  show(chats) {
    this.#chats = chats;
    const chat = chats.active;
    byId('conversation-empty').hidden = chat !== undefined;
    byId('conversation-open').hidden = chat === undefined;
    if (chat === undefined) {
      this.#shownId = undefined;
      return;
    }
    const isOther = chat.id !== this.#shownId;
    const wasAtEnd = isOther || this.#isAtEnd;
    if (isOther) this.#change(chat);
    this.#showHead(chat);
    byId('older').hidden = !chat.hasOlder;
    const count = this.#list.size;
    this.#list.show(messageRows(chats, chat, this.#newAfterSeq));
    if (wasAtEnd) this.#toEnd();
    else if (this.#list.size > count) byId('to-end').hidden = false;
    this.#noteSeen();
  }

  #change(chat) {
    const before = this.#chats.list.find(({ id }) => id === this.#shownId);
    if (before !== undefined) before.draft = this.#draft.value;
    this.#shownId = chat.id;
    this.#newAfterSeq = chat.unread > 0 ? chat.readSeq : Number.POSITIVE_INFINITY;
    this.#draft.value = chat.draft;
    this.#fitDraft();
    byId('to-end').hidden = true;
    // on a phone the keyboard would cover the messages
    if (matchMedia('(hover: hover)').matches) this.#draft.focus();
  }

  #showHead(chat) {
    const { people, me } = this.#chats;
    const title = chat.title(people, me);
    byId('conversation-title').textContent = title;
    byId('conversation-face').replaceChildren(face(chat.faceId(me), title));
    const names = chat.members.map(({ user_id }) => (user_id === me ? 'you' : people.nameOf(user_id)));
    const others = chat.memberCount - names.length;
    const listed = others > 0 ? [...names, `${others} more`] : names;
    byId('conversation-members').textContent = chat.kind === 'group' ? listed.join(', ') : 'Direct chat';
  }

  #submit() {
    const content = this.#draft.value.trim();
    const chat = this.#chats?.active;
    if (content === '' || chat === undefined) return;
    // whoever answers has seen what was new
    this.#newAfterSeq = Number.POSITIVE_INFINITY;
    this.#draft.value = '';
    this.#fitDraft();
    this.#toEnd();
    void this.#chats.send(chat, content);
  }

  /** The field grows with what is written, up to what the style allows. */
  #fitDraft() {
    const lines = this.#draft.value.split('\n').length;
    this.#draft.rows = Math.min(Math.max(lines, Math.ceil(this.#draft.value.length / 60)), 6) || 1;
  }

  async #loadOlder() {
    const { active: chat } = this.#chats;
    const button = byId('older');
    if (chat === undefined || button.disabled || !chat.hasOlder) return;
    button.disabled = true;
    const fromEnd = this.#scroll.scrollHeight - this.#scroll.scrollTop;
    try {
      await this.#chats.loadOlder(chat);
      // what was in view stays there
      this.#scroll.scrollTop = this.#scroll.scrollHeight - fromEnd;
    } catch {
      // the button is still there to try again
    } finally {
      button.disabled = false;
    }
  }

  #onScroll() {
    if (this.#isAtEnd) {
      byId('to-end').hidden = true;
      this.#noteSeen();
    } else if (this.#scroll.scrollTop < END_PX) {
      void this.#loadOlder();
    }
  }

  get #isAtEnd() {
    const { scrollHeight, scrollTop, clientHeight } = this.#scroll;
    return scrollHeight - scrollTop - clientHeight < END_PX;
  }

  #toEnd() {
    this.#scroll.scrollTop = this.#scroll.scrollHeight;
    byId('to-end').hidden = true;
  }

  /** Messages count as read when they are in view, in a page that is. */
  #noteSeen() {
    const chat = this.#chats?.active;
    if (chat?.isLoaded && document.visibilityState === 'visible' && this.#isAtEnd) void this.#chats.markRead(chat);
  }
}
