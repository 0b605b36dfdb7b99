/**
 * Shows rows as the children of a list, touching only those that changed: a screen reader hears what is new, and what
 * is selected or open stays so.
 */
export class KeyedList {
  #list;
  #shown = new Map();

  constructor(list) {
    this.#list = list;
  }

  /** How many rows there are. */
  get size() {
    return this.#shown.size;
  }

  /** @param rows `{ key, state, build() }` in order; a row is built anew when its `state` (a string) differs */
  show(rows) {
    const before = this.#shown;
    this.#shown = new Map();
    let next = this.#list.firstChild;
    for (const { key, state, build } of rows) {
      const known = before.get(key);
      const node = known?.state === state ? known.node : build();
      this.#shown.set(key, { state, node });
      if (known !== undefined && known.node !== node) {
        const hadFocus = known.node.contains(document.activeElement);
        if (known.node === next) next = next.nextSibling;
        known.node.replaceWith(node);
        if (hadFocus) node.querySelector('button, summary')?.focus();
      }
      if (node === next) next = next.nextSibling;
      else if (node.parentNode !== this.#list || node.nextSibling !== next) this.#list.insertBefore(node, next);
    }
    while (next !== null) {
      const gone = next;
      next = next.nextSibling;
      gone.remove();
    }
  }
}
