import { element, helpLink } from './element.js';
import { face } from './people.js';
import { dayName, timeOfDay } from './times.js';

/** Messages of one sender within this time stand together. */
const GROUP_MS = 5 * 60_000;

/** The rows of a conversation for a KeyedList: days, what is new, notices, messages, and what is still on its way. */
export function messageRows(chats, chat, newAfterSeq) {
  const rows = [];
  let before;
  let dayBefore;
  let hasMark = false;
  for (const { seq, message, notice } of chat.entries) {
    const day = dayName((message ?? notice).timestamp);
    if (day !== dayBefore) {
      rows.push(divider(`day ${day}`, 'day', day));
      dayBefore = day;
      before = undefined;
    }
    if (notice !== undefined) {
      rows.push(divider(`notice ${seq}`, 'notice', `${nameIn(chats, notice.by)} ${notice.what}`));
      before = undefined;
      continue;
    }
    if (!hasMark && seq > newAfterSeq && message.sender_id !== chats.me) {
      hasMark = true;
      rows.push(divider('new', 'new', 'New'));
      before = undefined;
    }
    rows.push(messageRow(chats, chat, message, before));
    before = message;
  }
  for (const [clientMsgId, { content, error }] of chat.pending) {
    rows.push(pendingRow(chats, chat, { clientMsgId, content, error }));
  }
  return rows;
}

function divider(key, kind, text) {
  return { key, state: text, build: () => element('li', { class: `divider ${kind}` }, element('span', {}, text)) };
}

function messageRow(chats, chat, message, before) {
  const isOwn = message.sender_id === chats.me;
  const isGrouped =
    before?.sender_id === message.sender_id && Date.parse(message.timestamp) - Date.parse(before.timestamp) < GROUP_MS;
  const name = nameIn(chats, message.sender_id);
  const readCount = isOwn ? chat.readCount(message) : 0;
  const others = chat.memberCount - 1;
  const facts = { isOwn, isGrouped, name, readCount, others, isGroup: chat.kind === 'group' };
  // what was on its way keeps its key, so that it does not come twice to a screen reader
  const key = isOwn && message.client_msg_id !== undefined ? message.client_msg_id : `seq ${message.seq}`;
  return { key, state: JSON.stringify(facts), build: () => bubble(message, facts) };
}

function bubble({ content, timestamp, sender_id, seq }, { isOwn, isGrouped, name, readCount, others, isGroup }) {
  const showsName = isGroup && !isOwn && !isGrouped;
  return element(
    'li',
    { class: `message ${isOwn ? 'own' : 'other'}${isGrouped ? ' grouped' : ''}`, 'data-seq': String(seq) },
    isOwn || !isGroup ? undefined : isGrouped ? element('span', { class: 'face-space' }) : face(sender_id, name),
    element(
      'div',
      { class: 'bubble' },
      showsName ? element('span', { class: 'sender' }, name) : element('span', { class: 'hidden' }, `${name}: `),
      element('span', { class: 'text' }, content),
      element(
        'span',
        { class: 'meta' },
        element('time', { dateTime: timestamp }, timeOfDay(timestamp)),
        isOwn ? receipt(readCount, others, isGroup) : undefined,
      ),
    ),
  );
}

function receipt(readCount, others, isGroup) {
  if (readCount === 0) return element('span', { class: 'tick', role: 'img', 'aria-label': 'sent', title: 'Sent' }, '✓');
  const label = isGroup && readCount < others ? `read by ${readCount} of ${others}` : isGroup ? 'read by all' : 'read';
  const kind = readCount < others ? 'tick' : 'tick read';
  return element('span', { class: kind, role: 'img', 'aria-label': label, title: label }, '✓✓');
}

function pendingRow(chats, chat, { clientMsgId, content, error }) {
  const state = error === undefined ? 'pending' : `failed ${error.code}`;
  return {
    key: clientMsgId,
    state,
    build: () =>
      element(
        'li',
        { class: `message own ${error === undefined ? 'pending' : 'failed'}` },
        element(
          'div',
          { class: 'bubble' },
          element('span', { class: 'text' }, content),
          element('span', { class: 'meta' }, error === undefined ? 'sending…' : 'not sent'),
        ),
        error === undefined ? undefined : failure(chats, chat, { clientMsgId, content, error }),
      ),
  };
}

function failure(chats, chat, { clientMsgId, content, error }) {
  const again = () => {
    chats.discard(chat, clientMsgId);
    void chats.send(chat, content);
  };
  return element(
    'p',
    { class: 'error', role: 'alert' },
    `${error.message} `,
    helpLink(error),
    element('button', { type: 'button', class: 'link', onclick: again }, 'Send again'),
    element('button', { type: 'button', class: 'link', onclick: () => chats.discard(chat, clientMsgId) }, 'Discard'),
  );
}

function nameIn(chats, userId) {
  return userId === chats.me ? 'You' : chats.people.nameOf(userId);
}
