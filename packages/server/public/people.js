import { element } from './element.js';

const TINTS = 8;

/** Names of the people seen so far. */
export class People {
  #names = new Map();

  /** Notes the name of somebody. */
  note({ id, name, username }) {
    const shown = name ?? username;
    if (shown) this.#names.set(id, shown);
  }

  /** What to call somebody; the end of the id while no name is known. */
  nameOf(id) {
    return this.#names.get(id) ?? `user …${id.slice(-5)}`;
  }
}

/** A round face with initials; its colour follows from the id. */
export function face(id, name) {
  const words = name.split(/\s+/).filter(Boolean);
  const initials = words.length > 1 ? words[0][0] + words.at(-1)[0] : name.slice(0, 2);
  let sum = 0;
  for (const letter of id) sum = (sum * 31 + letter.codePointAt(0)) % 4096;
  return element('span', { class: `face tint-${sum % TINTS}`, 'aria-hidden': 'true' }, initials.toUpperCase());
}
