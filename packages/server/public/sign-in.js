import { byId, helpLink } from './element.js';

/** The form by which people sign in, or make an account where that is open to them. */
export class SignIn {
  #signIn;
  #isNew = false;
  #isSignupOpen = document.body.dataset.signup === 'open';

  /** @param signIn signs in with a user name and a password; rejects with a ClientError */
  constructor(signIn) {
    this.#signIn = signIn;
    byId('sign-in-form').addEventListener('submit', (event) => {
      event.preventDefault();
      void this.#submit();
    });
    byId('sign-in-mode').addEventListener('click', () => this.#setMode(!this.#isNew));
    this.#setMode(false);
  }

  /** Shows the form, and why it is shown when that was not asked for. */
  show(error) {
    byId('sign-in').hidden = false;
    this.#showError(error);
    byId('username').focus();
  }

  hide() {
    byId('sign-in').hidden = true;
  }

  #setMode(isNew) {
    this.#isNew = isNew;
    const title = isNew ? 'Create an account' : 'Sign in';
    byId('sign-in-title').textContent = title;
    byId('sign-in-submit').textContent = title;
    byId('sign-in-hint').textContent = isNew
      ? 'A user name and a password of at least ten characters.'
      : this.#isSignupOpen
        ? 'No account yet? Make one. Two windows are enough to talk to yourself.'
        : 'The server shows the first administrator’s sign-in when it starts. More people: “parley user add”, or start it with SIGNUP=open.';
    byId('sign-in-mode').textContent = isNew ? 'I have an account' : 'Create an account';
    byId('sign-in-mode').hidden = !this.#isSignupOpen;
    byId('password').autocomplete = isNew ? 'new-password' : 'current-password';
    this.#showError(undefined);
  }

  async #submit() {
    const [username, password] = [byId('username').value, byId('password').value];
    const submit = byId('sign-in-submit');
    submit.disabled = true;
    this.#showError(undefined);
    try {
      if (this.#isNew) await signUp(username, password);
      await this.#signIn(username, password);
      byId('sign-in-form').reset();
      this.#setMode(false);
    } catch (error) {
      this.#showError(error);
      byId('password').select();
    } finally {
      submit.disabled = false;
    }
  }

  #showError(error) {
    const place = byId('sign-in-error');
    place.hidden = error === undefined;
    place.replaceChildren(...(error === undefined ? [] : [error.message, ' ', helpLink(error) ?? '']));
  }
}

/** Makes an account. @throws the problem (RFC 9457) as `{ code, message, help }` */
async function signUp(username, password) {
  const response = await fetch('/v1/signup', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ username, password, name: username }),
  }).catch(() => {
    throw new Error('The server cannot be reached.');
  });
  if (response.ok) return;
  const { code, detail, type } = await response.json();
  throw Object.assign(new Error(detail), { code, help: type });
}
