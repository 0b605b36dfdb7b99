import { describe, expect, it } from 'vitest';
import { Outbox, OutboxBudget } from './outbox.ts';
import { FakeWire } from './testing/fake-wire.ts';

const LIMITS = { softBytes: 1000, hardBytes: 4000, totalBytes: 10_000 };

function setUp(limits: Partial<typeof LIMITS> = {}) {
  const budget = new OutboxBudget({ ...LIMITS, ...limits });
  const open = () => {
    const wire = new FakeWire();
    return { wire, outbox: new Outbox(wire, budget) };
  };
  return { budget, open, ...open() };
}

/** Leaves an outbox with so many bytes that the kernel has not taken. */
function clog({ wire, outbox }: { readonly wire: FakeWire; readonly outbox: Outbox }, bytes: number): void {
  wire.isSlow = true;
  outbox.force(Buffer.alloc(bytes));
  outbox.flush();
}

describe('what leaves an outbox', () => {
  it('leaves in one write, in the order it came', () => {
    const { wire, outbox } = setUp();
    for (const text of ['a', 'b', 'c']) expect(outbox.push(Buffer.from(text), 'control')).toBe('queued');
    expect(wire.writes).toHaveLength(0);
    outbox.flush();
    outbox.flush();
    expect(wire.writes.map(String)).toEqual(['abc']);
  });

  it('is the very buffer that was given when there is only one: nobody copies what a thousand share', () => {
    const { wire, outbox } = setUp();
    const shared = Buffer.from('shared');
    outbox.push(shared, 'durable');
    outbox.flush();
    expect(wire.writes[0]).toBe(shared);
  });
});

describe('an outbox whose client reads slowly', () => {
  it('drops ephemeral bytes first, then durable ones lag, and control bytes go on', () => {
    const one = setUp();
    clog(one, 500);
    expect(one.outbox.push(Buffer.alloc(1), 'ephemeral')).toBe('queued');
    expect(one.outbox.push(Buffer.alloc(1), 'ephemeral')).toBe('dropped');
    expect(one.outbox.push(Buffer.alloc(500), 'durable')).toBe('queued');
    expect(one.outbox.push(Buffer.alloc(1), 'durable')).toBe('lagging');
    expect(one.outbox.push(Buffer.alloc(1), 'control')).toBe('queued');
  });

  it('is full when anything would pass the hard limit', () => {
    for (const pushClass of ['ephemeral', 'durable', 'control'] as const) {
      const one = setUp();
      clog(one, 3000);
      expect(one.outbox.push(Buffer.alloc(1001), pushClass)).toBe('full');
    }
    const one = setUp();
    clog(one, 3000);
    expect(one.outbox.push(Buffer.alloc(1000), 'control')).toBe('queued');
    expect(one.outbox.push(Buffer.alloc(1), 'control')).toBe('full');
  });

  it('takes a message over every limit when nothing else waits: else it could never be sent', () => {
    const { outbox } = setUp();
    expect(outbox.push(Buffer.alloc(50_000), 'durable')).toBe('queued');
  });

  it('counts what waits within the turn like what the kernel did not take', () => {
    const { outbox } = setUp();
    outbox.push(Buffer.alloc(1001), 'control');
    expect(outbox.push(Buffer.alloc(1), 'durable')).toBe('lagging');
    expect(outbox.isBehind).toBe(true);
    outbox.flush();
    expect(outbox.push(Buffer.alloc(1), 'durable')).toBe('queued');
    expect(outbox.isBehind).toBe(false);
  });

  it('has room again only when most of it was read, so that catching up does not go to and fro', () => {
    const one = setUp();
    expect(one.outbox.hasRoom).toBe(true);
    clog(one, 251);
    expect(one.outbox.hasRoom).toBe(false);
    expect(one.outbox.isBehind).toBe(false);
    one.wire.bufferedBytes = 250;
    expect(one.outbox.hasRoom).toBe(true);
  });
});

describe('the total over all outboxes', () => {
  it('follows what kernels take and forgets who is gone', () => {
    const { budget, open } = setUp();
    const [one, two] = [open(), open()];
    clog(one, 100);
    clog(two, 50);
    expect([budget.waitingBytes, budget.waitingOutboxes]).toEqual([150, 2]);
    one.wire.bufferedBytes = 30;
    one.outbox.recount();
    expect([budget.waitingBytes, budget.waitingOutboxes]).toEqual([80, 2]);
    one.wire.bufferedBytes = 0;
    one.outbox.recount();
    one.outbox.recount();
    two.outbox.discard();
    two.outbox.discard();
    expect([budget.waitingBytes, budget.waitingOutboxes]).toEqual([0, 0]);
  });

  it('is not touched by clients that read at once, however much they get', () => {
    const { budget, outbox } = setUp();
    for (let i = 0; i < 100; i++) {
      outbox.force(Buffer.alloc(1000));
      outbox.flush();
    }
    expect([budget.waitingBytes, budget.waitingOutboxes]).toEqual([0, 0]);
  });

  it('when exceeded, keeps those from growing whose kernel has not taken everything, and nobody else', () => {
    const { open } = setUp();
    const [large, small, healthy] = [open(), open(), open()];
    clog(large, 9000);
    clog(small, 1001);
    expect([large.outbox.isOverShare, small.outbox.isOverShare]).toEqual([true, false]);
    small.wire.bufferedBytes = 1;
    expect(small.outbox.push(Buffer.alloc(1), 'durable')).toBe('lagging');
    expect(small.outbox.push(Buffer.alloc(1), 'ephemeral')).toBe('dropped');
    expect(small.outbox.push(Buffer.alloc(1), 'control')).toBe('queued');
    expect([small.outbox.hasRoom, small.outbox.isBehind]).toEqual([false, true]);
    for (let i = 0; i < 3; i++) expect(healthy.outbox.push(Buffer.alloc(10), 'durable')).toBe('queued');
    expect([healthy.outbox.hasRoom, healthy.outbox.isBehind, healthy.outbox.isOverShare]).toEqual([true, false, false]);
  });
});
