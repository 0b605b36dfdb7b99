const KEY = 'parley.session';

/**
 * Keeps a session over a reload of this tab, and no longer. The password is never kept. The tokens live in memory; only
 * while the page goes away are they put into sessionStorage, and the page that comes takes them out again. So they are
 * not on disk while the page is open, other tabs never see them, and a duplicated tab does not get a copy: two tabs with
 * one refresh token would end the session, since the server takes a token that is used twice for a stolen one.
 */
export class KeptSession {
  #session;

  constructor() {
    addEventListener('pagehide', () => {
      if (this.#session !== undefined) sessionStorage.setItem(KEY, JSON.stringify(this.#session));
    });
    // back from the browser's own cache of pages, with everything still in memory
    addEventListener('pageshow', () => sessionStorage.removeItem(KEY));
  }

  /** Notes the session to keep; undefined: none. */
  set(session) {
    this.#session = session;
  }

  /** Takes out what an earlier page of this tab has kept. */
  take() {
    const text = sessionStorage.getItem(KEY);
    sessionStorage.removeItem(KEY);
    return text === null ? undefined : JSON.parse(text);
  }
}
