import { describe, expect, it } from 'vitest';
import { encodeClientFrame, patchClientFrame } from './client-frame.ts';

/** The payload of a masked frame, read as RFC 6455 section 5.3 says. */
function unmask(frame: Buffer): string {
  const maskStart = ((frame[1] as number) & 0x7f) === 126 ? 4 : 2;
  const mask = frame.subarray(maskStart, maskStart + 4);
  return frame
    .subarray(maskStart + 4)
    .map((byte, at) => byte ^ (mask[at & 3] as number))
    .toString();
}

describe('encodeClientFrame', () => {
  it('masks what fits the short header', () => {
    const frame = encodeClientFrame('hello');
    expect(frame.subarray(0, 2).toString('hex')).toBe('8185');
    expect(unmask(frame)).toBe('hello');
  });

  it('gives the length of longer payloads in two bytes', () => {
    const frame = encodeClientFrame('x'.repeat(300));
    expect(frame.subarray(0, 4).toString('hex')).toBe('81fe012c');
    expect(unmask(frame)).toBe('x'.repeat(300));
  });

  it.each([20, 200])('lets a part of a payload of %i bytes be replaced', (length) => {
    const frame = encodeClientFrame('-'.repeat(length));
    patchClientFrame(frame, 7, '0042');
    expect(unmask(frame)).toBe(`${'-'.repeat(7)}0042${'-'.repeat(length - 11)}`);
  });
});
