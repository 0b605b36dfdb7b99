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

  it('lets an entry schedule itself again while it is called', () => {
    const { wheel, fired, entry, passMs } = setUp();
    const self: WheelEntry = entry('tick', () => wheel.schedule(self, 10));
    wheel.schedule(self, 10);
    for (let i = 0; i < 5; i++) passMs(10);
    expect(fired).toHaveLength(5);
  });
});
