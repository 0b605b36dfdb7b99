/** Text of a table as Markdown: what stands between backticks stays code, `<` and `*` elsewhere stay themselves. */
export function markdown(text: string): string {
  return text
    .split('`')
    .map((part, index) => (index % 2 === 0 ? part.replace(/[<*]/g, '\\$&') : part))
    .join('`');
}
