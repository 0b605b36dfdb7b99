import { byId, element, helpLink } from './element.js';

/** Entries that are kept. */
const ENTRIES_MAX = 400;
const SUMMARY_CHARS = 160;
/** Fields whose text is nobody's business, wherever they stand. */
const SECRET_FIELDS = new Set(['password', 'token', 'refresh_token']);
const MASK = '•••••• (hidden)';

/** Shows the frames of the wire as they were, and how connections began and ended. */
export class ProtocolLog {
  #entries = byId('log-entries');
  #count = 0;

  constructor() {
    byId('log-toggle').addEventListener('click', () => this.#toggle(byId('log').hidden));
    byId('log-close').addEventListener('click', () => this.#toggle(false));
    byId('log-clear').addEventListener('click', () => this.clear());
    byId('log-pings').addEventListener('change', ({ target }) =>
      this.#entries.classList.toggle('with-pings', target.checked),
    );
  }

  /** Follows a client. */
  follow(client) {
    client.on('frame', ({ direction, text }) => this.#addFrame(direction, text));
    client.on('close', (ending) => this.#addEnding(ending));
    client.on('state', (state) => {
      if (state.name === 'connecting') this.#addNote('connecting', 'Opening a connection');
      if (state.name === 'waiting') this.#addNote('waiting', `Next attempt in ${Math.round(state.retryInMs)} ms`);
      if (state.name === 'stopped') this.#addNote('stopped', `Stopped: ${state.error.code}`);
    });
  }

  #addFrame(direction, text) {
    const message = parse(text);
    const isPing = message.type === 'ping';
    const isError = message.status === 'error';
    const kind = `frame ${direction}${isPing ? ' ping' : ''}${isError ? ' failed' : ''}`;
    const [arrow, label] = direction === 'out' ? ['↑', 'sent'] : ['↓', 'received'];
    const { type } = message;
    const full = element('pre');
    const details = element(
      'details',
      { ontoggle: () => (full.textContent ||= JSON.stringify(message, null, 2)) },
      element(
        'summary',
        {},
        element('span', { class: 'arrow', role: 'img', 'aria-label': label }, arrow),
        element('code', { class: 'type' }, type ?? '?'),
        element('code', { class: 'short' }, summary(message)),
        element('span', { class: 'size muted' }, `${text.length} B`),
      ),
      full,
      isError ? element('p', { class: 'error' }, `${message.message} `, helpLink(message)) : undefined,
    );
    this.#add(kind, details);
  }

  #addEnding({ code, reason, error, advice }) {
    const what = {
      reconnect: 'The client comes back.',
      'new-token': 'The client comes back only with another token.',
      'stay-away': 'The client stays away.',
      done: 'Nothing follows.',
    };
    this.#add(
      'close',
      element(
        'p',
        {},
        element('strong', {}, `Closed ${code}`),
        reason === '' ? ' (no reason given)' : ` ${reason}`,
        element('br'),
        `${error.message} `,
        helpLink(error),
        element('br'),
        what[advice] ?? '',
      ),
    );
  }

  #addNote(kind, text) {
    this.#add(`note ${kind}`, element('p', {}, text));
  }

  #add(kind, content) {
    const isAtEnd =
      this.#entries.scrollHeight - this.#entries.scrollTop - this.#entries.clientHeight < 40 || byId('log').hidden;
    const time = new Date().toISOString().slice(11, 23);
    this.#entries.append(element('li', { class: kind }, element('time', { class: 'muted' }, time), content));
    if (this.#entries.childElementCount > ENTRIES_MAX) this.#entries.firstElementChild.remove();
    byId('log-count').textContent = String(++this.#count);
    if (isAtEnd) this.#entries.scrollTop = this.#entries.scrollHeight;
  }

  /** Forgets everything. */
  clear() {
    this.#entries.replaceChildren();
    this.#count = 0;
    byId('log-count').textContent = '0';
  }

  #toggle(isOpen) {
    byId('log').hidden = !isOpen;
    byId('log-toggle').setAttribute('aria-expanded', String(isOpen));
    this.#entries.scrollTop = this.#entries.scrollHeight;
    if (!isOpen) byId('log-toggle').focus();
  }
}

/** What is particular about a message, in short. */
function summary({ type: _type, request_id: _requestId, status, payload, ...rest }) {
  const shown = status === 'error' ? rest.code : JSON.stringify(payload ?? rest);
  return String(shown).slice(0, SUMMARY_CHARS);
}

/** The message without its secrets; what is no JSON object is shown as text. */
function parse(text) {
  try {
    const value = JSON.parse(text, (field, part) =>
      SECRET_FIELDS.has(field) && typeof part === 'string' ? MASK : part,
    );
    return typeof value === 'object' && value !== null ? value : { text };
  } catch {
    return { text };
  }
}
