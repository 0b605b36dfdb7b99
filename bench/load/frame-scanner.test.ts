import { describe, expect, it } from 'vitest';
import { FrameScanner } from './frame-scanner.ts';

const SHORT = Buffer.from('810568656c6c6f', 'hex');
const EXTENDED = Buffer.concat([Buffer.from('817e0080', 'hex'), Buffer.alloc(128, 'x')]);
const HUGE = Buffer.concat([Buffer.from('827f0000000000010000', 'hex'), Buffer.alloc(65_536, 'y')]);

function scan(...chunks: Buffer[]): string[] {
  const frames: string[] = [];
  const scanner = new FrameScanner();
  const receiver = {
    onFrame: (opcode: number, bytes: Buffer, start: number, end: number) => {
      frames.push(`${opcode} ${bytes.toString('latin1', start, end)}`);
    },
  };
  for (const chunk of chunks) scanner.push(chunk, receiver);
  return frames;
}

describe('FrameScanner', () => {
  it('finds every frame of a read', () => {
    expect(scan(Buffer.concat([SHORT, EXTENDED, HUGE, SHORT]))).toEqual([
      '1 hello',
      `1 ${'x'.repeat(128)}`,
      `2 ${'y'.repeat(65_536)}`,
      '1 hello',
    ]);
  });

  it('finds the same frames wherever the reads are cut', () => {
    const stream = Buffer.concat([SHORT, EXTENDED, SHORT]);
    const whole = scan(stream);
    for (let cut = 0; cut <= stream.length; cut++) {
      expect(scan(stream.subarray(0, cut), stream.subarray(cut))).toEqual(whole);
    }
    expect(scan(...Array.from(stream, (byte) => Buffer.from([byte])))).toEqual(whole);
  });

  it('keeps an incomplete frame although the chunk it came in is used again', () => {
    const frames: string[] = [];
    const scanner = new FrameScanner();
    const receiver = {
      onFrame: (_opcode: number, bytes: Buffer, start: number, end: number) => {
        frames.push(bytes.toString('latin1', start, end));
      },
    };
    const reused = Buffer.from(SHORT.subarray(0, 4));
    scanner.push(reused, receiver);
    reused.fill(0);
    scanner.push(SHORT.subarray(4), receiver);
    expect(frames).toEqual(['hello']);
  });

  it('reports empty frames', () => {
    expect(scan(Buffer.from('8900', 'hex'))).toEqual(['9 ']);
  });

  it('refuses masked and fragmented frames', () => {
    expect(() => scan(Buffer.from('8180', 'hex'))).toThrow('8180');
    expect(() => scan(Buffer.from('0101', 'hex'))).toThrow('0101');
  });
});
