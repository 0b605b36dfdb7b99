import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LineSplitter } from './line-splitter.ts';

function collect(maxLineBytes: number) {
  const seen: string[] = [];
  const splitter = new LineSplitter(maxLineBytes);
  const sink = {
    onLine: (text: string) => void seen.push(text),
    onLineRefused: (problem: string) => void seen.push(`! ${problem}`),
  };
  return { seen, splitter, sink, push: (text: string | Buffer) => splitter.push(Buffer.from(text), sink) };
}

describe('splitting lines', () => {
  it('takes LF and CR LF and leaves blank lines out', () => {
    const { seen, push } = collect(100);
    push('{"a":1}\n\r\n  \n{"b":2}\r\n{"c"');
    push(':3}\n');
    expect(seen).toEqual(['{"a":1}', '{"b":2}', '{"c":3}']);
  });

  it('takes what stands after the last line end as a line, once the stream has ended', () => {
    const { seen, push, splitter, sink } = collect(100);
    push('{"a":1}\n{"b":2}');
    expect(seen).toEqual(['{"a":1}']);
    splitter.end(sink);
    splitter.end(sink);
    expect(seen).toEqual(['{"a":1}', '{"b":2}']);
    expect(splitter.retainedBytes).toBe(0);
  });

  it('has nothing more to give after a refused line has ended the stream', () => {
    const { seen, push, splitter, sink } = collect(3);
    push('too long');
    splitter.end(sink);
    expect(seen).toEqual(['! payload_too_large']);
  });

  it('gives the same lines however the bytes are cut', () => {
    const lines = fc.array(fc.string({ unit: 'binary', maxLength: 30 }).map((text) => text.replaceAll(/[\r\n]/g, '_')));
    fc.assert(
      fc.property(lines, fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1 }), (texts, cuts) => {
        const { seen, push, splitter } = collect(200);
        const bytes = Buffer.from(texts.map((text) => `${text}\n`).join(''));
        for (let at = 0, i = 0; at < bytes.length; i++) {
          const size = cuts[i % cuts.length] as number;
          push(bytes.subarray(at, at + size));
          at += size;
        }
        expect(seen).toEqual(texts.map((text) => Buffer.from(text).toString()).filter((text) => text.trim() !== ''));
        expect(splitter.retainedBytes).toBe(0);
      }),
    );
  });

  it('refuses a line over the limit, whole or in parts, and reads nothing after it', () => {
    for (const parts of [['12345678901\n{}\n'], ['123456', '789012', '{}\n']]) {
      const { seen, push, splitter } = collect(10);
      for (const part of parts) push(part);
      expect(seen).toEqual(['! payload_too_large']);
      expect(splitter.retainedBytes).toBe(0);
    }
  });

  it('takes a line of exactly the limit, CR LF beside it', () => {
    const { seen, push } = collect(10);
    push('1234567890');
    push('\r');
    push('\n');
    expect(seen).toEqual(['1234567890']);
  });

  it('refuses text that is not UTF-8', () => {
    const { seen, push } = collect(10);
    push(Buffer.from([0x7b, 0xff, 0x0a]));
    expect(seen).toEqual(['! text_not_utf8']);
  });

  it('keeps no more than the limit, however slowly the bytes drip', () => {
    const { splitter, push } = collect(1000);
    for (let i = 0; i < 1000; i++) {
      push('x');
      expect(splitter.retainedBytes).toBeLessThanOrEqual(1001);
    }
  });
});
