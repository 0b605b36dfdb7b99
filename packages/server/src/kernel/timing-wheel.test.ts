import { describe, expect, it } from 'vitest';
import { TimingWheel, type WheelEntry } from './timing-wheel.ts';

function setUp() {
  let nowMs = 1000;
  const wheel = new TimingWheel({ tickMs: 10, monotonic: () => nowMs, slots: 8 });
  const fired: string[] = [];
  const entry = (name: string, onDue?: () => void): WheelEntry => ({
    wheelNext: undefined,
    wheelPrevious: undefined,
    wheelTick: -1,
    onDue() {
      fired.push(name);
      onDue?.();
    },
  });
  const passMs = (ms: number) => {
    nowMs += ms;
    wheel.advance();
  };
  return { wheel, fired, entry, passMs };
}

describe('the timing wheel', () => {
  it('calls an entry at the first tick at or after its deadline, never early', () => {
    const { wheel, fired, entry, passMs } = setUp();
    wheel.schedule(entry('a'), 25);
    passMs(24);
    expect(fired).toEqual([]);
    passMs(6);
    expect(fired).toEqual(['a']);
    passMs(1000);
    expect(fired).toEqual(['a']);
    expect(wheel.size).toBe(0);
  });

  it('keeps entries of later rounds in the same slot', () => {
    const { wheel, fired, entry, passMs } = setUp();
    wheel.schedule(entry('next round'), 100);
    wheel.schedule(entry('this round'), 20);
    passMs(30);
    expect(fired).toEqual(['this round']);
    passMs(80);
    expect(fired).toEqual(['this round', 'next round']);
  });

  it('replaces the deadline of an entry that is scheduled again', () => {
    const { wheel, fired, entry, passMs } = setUp();
    const a = entry('a');
    wheel.schedule(a, 20);
    wheel.schedule(a, 60);
    passMs(50);
    expect(fired).toEqual([]);
    passMs(20);
    expect(fired).toEqual(['a']);
  });

  it('forgets a cancelled entry, also one cancelled by a neighbour of its slot', () => {
    const { wheel, fired, entry, passMs } = setUp();
    const victim = entry('victim');
    wheel.schedule(victim, 20);
    wheel.schedule(
      entry('killer', () => wheel.cancel(victim)),
      20,
    );
    passMs(30);
    expect(fired).toEqual(['killer']);
    expect(wheel.size).toBe(0);
  });

  it('catches up after the process was stopped for many rounds', () => {
    const { wheel, fired, entry, passMs } = setUp();
    for (let i = 1; i <= 50; i++) wheel.schedule(entry(`e${i}`), i * 10);
    passMs(10_000);
    expect(fired).toHaveLength(50);
    expect(fired[0]).toBe('e1');
    expect(fired[49]).toBe('e50');
  });

  it('meets a deadline that has passed already at the next tick', () => {
    const { wheel, fired, entry, passMs } = setUp();
    wheel.schedule(entry('now'), 0);
    wheel.schedule(entry('past'), -500);
    expect(fired).toEqual([]);
    passMs(10);
    expect(fired.toSorted((a, b) => a.localeCompare(b))).toEqual(['now', 'past']);
  });

  it('counts a deadline from when it was scheduled, also when the wheel is behind', () => {
    let nowMs = 0;
    const wheel = new TimingWheel({ tickMs: 10, monotonic: () => nowMs, slots: 8 });
    const fired: number[] = [];
    const entry: WheelEntry = {
      wheelNext: undefined,
      wheelPrevious: undefined,
      wheelTick: -1,
      onDue: () => void fired.push(nowMs),
    };
    nowMs = 500;
    wheel.schedule(entry, 30);
    wheel.advance();
    expect(fired).toEqual([]);
    nowMs = 530;
    wheel.advance();
    expect(fired).toEqual([530]);
  });

  it('does nothing about an entry that is cancelled twice, or was never in it', () => {
    const { wheel, fired, entry, passMs } = setUp();
    const [kept, gone] = [entry('kept'), entry('gone')];
    wheel.schedule(kept, 20);
    wheel.schedule(gone, 20);
    wheel.cancel(gone);
    wheel.cancel(gone);
    wheel.cancel(entry('stranger'));
    expect(wheel.size).toBe(1);
    passMs(30);
    expect(fired).toEqual(['kept']);
  });

  it('lets a neighbour of its slot move an entry to later', () => {
    const { wheel, fired, entry, passMs } = setUp();
    const moved = entry('moved');
    wheel.schedule(moved, 20);
    wheel.schedule(
      entry('mover', () => wheel.schedule(moved, 80)),
      20,
    );
    passMs(30);
    expect(fired).toEqual(['mover']);
    passMs(90);
    expect(fired).toEqual(['mover', 'moved']);
  });

  it('lets one entry that throws not hold up the others', () => {
    const reported: unknown[] = [];
    let nowMs = 0;
    const wheel = new TimingWheel({ tickMs: 10, monotonic: () => nowMs, report: (failure) => reported.push(failure) });
    const fault = new Error('broken');
    const fired: string[] = [];
    const add = (name: string, run: () => void) => {
      const links = { wheelNext: undefined, wheelPrevious: undefined, wheelTick: -1 };
      wheel.schedule({ ...links, onDue: () => (fired.push(name), run()) }, 20);
    };
    add('first', () => undefined);
    add('broken', () => {
      throw fault;
    });
    add('last', () => undefined);
    nowMs = 20;
    wheel.advance();
    expect(fired).toHaveLength(3);
    expect(reported).toEqual([fault]);
    expect(wheel.size).toBe(0);
  });

  it('lets an entry schedule itself again while it is called', () => {
    const { wheel, fired, entry, passMs } = setUp();
    const self: WheelEntry = entry('tick', () => wheel.schedule(self, 10));
    wheel.schedule(self, 10);
    for (let i = 0; i < 5; i++) passMs(10);
    expect(fired).toHaveLength(5);
  });
});
