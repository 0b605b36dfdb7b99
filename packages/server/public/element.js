/**
 * Makes an element. Text goes in as text nodes, never as markup: what people write cannot become part of the page.
 * Properties are set as such; `class`, `role`, `aria-...` and `data-...` as attributes; `on...` adds a listener.
 */
export function element(tag, properties = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === undefined || value === false) continue;
    if (name.startsWith('on')) made.addEventListener(name.slice(2), value);
    else if (/^(class|role|aria-|data-)/.test(name)) made.setAttribute(name, value);
    else made[name] = value;
  }
  made.append(...children.filter((child) => child !== undefined));
  return made;
}

/** The page's own element of that id. */
export function byId(id) {
  const found = document.getElementById(id);
  if (found === null) throw new Error(`The page has no element with the id ${id}.`);
  return found;
}

/** A link to the page that explains an error; nothing when there is none. Only https addresses become links. */
export function helpLink({ help, code }) {
  if (!help?.startsWith('https://')) return undefined;
  return element('a', { href: help, target: '_blank', rel: 'noopener noreferrer' }, `What is ${code}?`);
}
