import { describe, expect, it } from 'vitest';
import { Listeners } from './listeners.ts';

describe('Listeners', () => {
  it('calls the others when one throws, and lets the failure surface', async () => {
    const listeners = new Listeners<{ tick: [count: number] }>();
    const heard: number[] = [];
    const failure = new Error('a bug of the application');
    listeners.on('tick', () => {
      throw failure;
    });
    listeners.on('tick', (count) => heard.push(count));
    const surfaced = new Promise((resolve) => {
      const others = process.listeners('uncaughtException');
      process.removeAllListeners('uncaughtException');
      process.once('uncaughtException', (error) => {
        for (const other of others) process.on('uncaughtException', other);
        resolve(error);
      });
    });
    listeners.emit('tick', 1);
    expect(heard).toEqual([1]);
    expect(await surfaced).toBe(failure);
  });

  it('stops calling a listener that was taken away', () => {
    const listeners = new Listeners<{ tick: [] }>();
    let count = 0;
    const off = listeners.on('tick', () => count++);
    listeners.emit('tick');
    off();
    listeners.emit('tick');
    expect(count).toBe(1);
  });
});
