import { byId, element, helpLink } from './element.js';

/** Tells how the connection is: a word in the bar at the top, and below it what to expect while it is lost. */
export class ConnectionStatus {
  #pill = byId('connection');
  #banner = byId('banner');
  #countdown;
  #retry;

  /** @param retry connects at once */
  constructor(retry) {
    this.#retry = retry;
  }

  /** Shows a state of the client; undefined: signed out. */
  show(state) {
    clearInterval(this.#countdown);
    this.#pill.hidden = state === undefined || state.name === 'idle' || state.name === 'stopped';
    if (this.#pill.hidden) {
      this.#banner.hidden = true;
      return;
    }
    this.#pill.dataset.state = state.name;
    if (state.name === 'online') {
      this.#pill.textContent = 'Online';
      this.#banner.hidden = true;
    } else if (state.name === 'connecting') {
      this.#pill.textContent = 'Connecting…';
    } else {
      this.#pill.textContent = 'Reconnecting';
      this.#showWait(state);
    }
  }

  #showWait({ retryInMs, error }) {
    const until = performance.now() + retryInMs;
    const rest = element('span', { 'aria-hidden': 'true' });
    const count = () => {
      const seconds = Math.max(0, Math.ceil((until - performance.now()) / 1000));
      rest.textContent = ` Next attempt in ${seconds} s.`;
    };
    count();
    this.#countdown = setInterval(count, 250);
    this.#banner.replaceChildren(
      element('strong', {}, 'No connection.'),
      ` ${explain(error)} What you write is kept and sent once.`,
      rest,
      ' ',
      element('button', { type: 'button', class: 'link', onclick: this.#retry }, 'Try now'),
      ' ',
      helpLink(error) ?? '',
    );
    this.#banner.hidden = false;
  }
}

/** For people: what the client says about requests without an answer means nothing to them here. */
function explain({ code, message }) {
  return code === 'connection_lost' || code === 'request_timeout' ? 'The server does not answer.' : message;
}
