import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const SOURCE = new URL('../packages/server/src/', import.meta.url);
const DOCUMENT = readFileSync(new URL('../docs/architecture.md', import.meta.url), 'utf8');

/** Every `file#symbol` of the document. */
const references = [...DOCUMENT.matchAll(/`([\w./-]+\.ts)#(\w+)`/g)].map(([, file = '', symbol = '']) => ({
  file,
  symbol,
}));

describe('docs/architecture.md', () => {
  it('names the main path in nine hops, each with a symbol', () => {
    const hops = [...DOCUMENT.matchAll(/^(\d)\. .*#\w+`/gm)].map(([, number]) => Number(number));
    expect(hops).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });

  it.each(references)('names $file#$symbol, which exists', ({ file, symbol }) => {
    const url = new URL(file, SOURCE);
    expect(existsSync(url), `${file} does not exist`).toBe(true);
    expect(readFileSync(url, 'utf8')).toMatch(
      new RegExp(`^export (abstract )?(class|function|interface|const|type) ${symbol}\\b`, 'm'),
    );
  });
});
