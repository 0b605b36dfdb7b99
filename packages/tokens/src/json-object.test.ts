import fc from 'fast-check';
import { expect, it } from 'vitest';
import { parseJsonObject } from './json-object.ts';

const parse = (text: string) => parseJsonObject(Buffer.from(text));

it('parses every object that JSON.stringify writes', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 4 })), (value) => {
      const json = JSON.stringify(value);
      expect(parse(json)).toEqual(JSON.parse(json));
      const spaced = JSON.stringify(value, null, 2);
      expect(parse(spaced)).toEqual(JSON.parse(json));
    }),
  );
});

it('refuses a name that occurs twice, wherever the second stands', () => {
  fc.assert(
    fc.property(
      fc.dictionary(fc.string(), fc.jsonValue(), { minKeys: 1 }),
      fc.nat(),
      fc.jsonValue(),
      (value, at, again) => {
        const names = Object.keys(value);
        const name = JSON.stringify(names[at % names.length]);
        expect(parse(`${JSON.stringify(value).slice(0, -1)},${name}:${JSON.stringify(again)}}`)).toBeUndefined();
      },
    ),
  );
});

it('sees through an escaped spelling of a name', () => {
  expect(parse('{"sub":"a","s\\u0075b":"b"}')).toBeUndefined();
});

it('does not take punctuation inside texts and nested objects for members', () => {
  expect(parse('{"a":"\\":{[,:\\\\","b":{"a":1,"b":[{"a":2}]}}')).toEqual({
    a: '":{[,:\\',
    b: { a: 1, b: [{ a: 2 }] },
  });
});

it.each(['[]', 'null', '"text"', '7', '', '{', '{} {}', "{'a':1}", '{"a":1,}', '\ufeff{}'])('refuses %j', (text) => {
  expect(parse(text)).toBeUndefined();
});

it('refuses bytes that are not UTF-8', () => {
  expect(parseJsonObject(Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]))).toBeUndefined();
  expect(parseJsonObject(Buffer.from('{"a":1}', 'utf16le'))).toBeUndefined();
});

it('refuses nesting deeper than 32', () => {
  const nested = (depth: number) => `{"a":${'['.repeat(depth - 1)}${']'.repeat(depth - 1)}}`;
  expect(parse(nested(32))).toBeDefined();
  expect(parse(nested(33))).toBeUndefined();
});

it('keeps "__proto__" an ordinary member that lends nothing to the object', () => {
  const value = parse('{"__proto__":{"sub":"admin"}}');
  expect(value?.['sub']).toBeUndefined();
  expect(Object.keys(value ?? {})).toEqual(['__proto__']);
});
