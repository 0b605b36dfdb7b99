import { describe, expect, it } from 'vitest';
import { socketUrl } from './socket.ts';

describe('socketUrl', () => {
  it.each([
    ['https://chat.example', 'wss://chat.example/ws'],
    ['http://127.0.0.1:3001/', 'ws://127.0.0.1:3001/ws'],
    ['wss://chat.example/realtime/ws?room=1', 'wss://chat.example/realtime/ws?room=1'],
  ])('reads %s as %s', (address, url) => {
    expect(socketUrl(address)).toBe(url);
  });

  it.each(['chat.example', 'ftp://chat.example', 'wss://chat.example/ws#top', ''])('refuses %j', (address) => {
    expect(() => socketUrl(address)).toThrow(TypeError);
  });
});
