import { COMMANDS } from '@parley/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CommandHandler, CommandHandlers } from '../ports/caller.ts';
import { createTestSession } from './testing/test-session.ts';
import { turns } from './testing/turns.ts';

const answerNothing: CommandHandler = () => ({});
const handlers = Object.fromEntries(Object.keys(COMMANDS).map((type) => [type, answerNothing])) as CommandHandlers;

const type = fc.oneof(fc.constantFrom(...Object.keys(COMMANDS)), fc.string(), fc.jsonValue());
const field = fc.oneof(
  fc.constantFrom('chat_id', 'content', 'chats', 'topic', 'data', 'request_id', '__proto__', 'constructor', 'token'),
  fc.string(),
);
const message = fc.tuple(type, fc.array(fc.tuple(field, fc.jsonValue()), { maxLength: 6 })).map(([of, fields]) => {
  const members = [['type', of] as const, ...fields].map(
    ([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`,
  );
  return `{${members.join(',')}}`;
});
/** A message with a part of it cut out or doubled. */
const broken = fc
  .tuple(message, fc.nat(), fc.nat())
  .map(([text, from, to]) => text.slice(from % 20) + text.slice(0, to % 50));
const texts = fc.array(fc.oneof(message, broken, fc.json(), fc.string({ unit: 'binary' })), {
  minLength: 1,
  maxLength: 20,
});

describe('whatever a client sends', () => {
  it('is answered once each, with a success or an error that names its code, and the connection lives', async () => {
    await fc.assert(
      fc.asyncProperty(texts, fc.boolean(), async (sent, isSignedIn) => {
        using session = createTestSession({ handlers });
        const { wire, connection } = session.connect(isSignedIn ? 'ann' : undefined);
        for (const text of sent) connection.receive(text);
        await turns(1);
        expect(wire.messages).toHaveLength(sent.length);
        for (const { status, code, message: sentence } of wire.messages) {
          if (status === 'success') continue;
          expect(status).toBe('error');
          expect(code).toMatch(/^[a-z_]+$/);
          expect(code).not.toBe('internal');
          expect(sentence).toMatch(/\.$/);
        }
        expect(wire.end).toBeUndefined();
      }),
      { numRuns: 500 },
    );
  });
});
