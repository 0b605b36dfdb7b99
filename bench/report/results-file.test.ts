import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { splitSections, updateResults } from './results-file.ts';

describe('updateResults', () => {
  let directory: string;
  let path: string;

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'parley-results-'));
    path = join(directory, 'RESULTS.md');
  });

  afterEach(() => rmSync(directory, { recursive: true }));

  it('writes sections in the order of their numbers', () => {
    updateResults(path, ['## 10. Ten\n\nx', '## 2. Two\n\ny']);
    expect(splitSections(readFileSync(path, 'utf8'))).toEqual(['## 2. Two\n\ny\n', '## 10. Ten\n\nx\n']);
  });

  it('replaces what was measured again and keeps the rest', () => {
    updateResults(path, ['## 1. One\n\nold', '## 2. Two\n\nkept\n\n| a |\n| --- |']);
    updateResults(path, ['## 1. One\n\nnew']);
    expect(splitSections(readFileSync(path, 'utf8'))).toEqual([
      '## 1. One\n\nnew\n',
      '## 2. Two\n\nkept\n\n| a |\n| --- |\n',
    ]);
  });

  it('writes the same file again when nothing changed', () => {
    updateResults(path, ['## 1. One\n\ntext']);
    const first = readFileSync(path, 'utf8');
    updateResults(path, ['## 1. One\n\ntext']);
    expect(readFileSync(path, 'utf8')).toBe(first);
  });
});
