import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { CommandDefinition } from './command.ts';
import { PUSHES } from './down.ts';
import type { PushDefinition } from './push.ts';
import { COMMANDS } from './up.ts';
import { MIN_PROTOCOL_VERSION, PROTOCOL_HISTORY, PROTOCOL_VERSION } from './version.ts';

const commands: readonly [string, CommandDefinition][] = Object.entries(COMMANDS);
const pushes: readonly [string, PushDefinition][] = Object.entries(PUSHES);

/** Sixteen hex digits that change with anything a client could notice about a message. */
function hashOf(facts: object): string {
  return createHash('sha256').update(canonical(facts)).digest('hex').slice(0, 16);
}

/** JSON with sorted keys, so that the order in which a schema was written does not count. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}

function shapeOf(schema: z.ZodType): object {
  return z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
}

describe('the wire schema', () => {
  it(`is the one of version ${PROTOCOL_VERSION}`, async () => {
    const hashes = {
      protocol: PROTOCOL_VERSION,
      commands: Object.fromEntries(
        commands.map(([type, { audience, rate, fields, payload }]) => [
          type,
          hashOf({ audience, rate, fields: shapeOf(fields), payload: shapeOf(payload) }),
        ]),
      ),
      pushes: Object.fromEntries(
        pushes.map(([type, push]) => [
          type,
          hashOf({ class: push.class, isFrozen: push.isFrozen, payload: shapeOf(push.payload) }),
        ]),
      ),
    };
    // A difference here is a change of the wire. If it is meant: an incompatible one raises PROTOCOL_VERSION and adds
    // a line to PROTOCOL_HISTORY; then `npx vitest run --project unit version -u` accepts it.
    await expect(`${JSON.stringify(hashes, null, 2)}\n`).toMatchFileSnapshot('./version.golden.json');
  });

  it('has the type of each message as its key', () => {
    for (const [type, definition] of [...commands, ...pushes]) expect(definition.type).toBe(type);
    expect(commands.length + pushes.length).toBeGreaterThan(30);
  });

  it('notices a changed field, a changed payload and a changed class', () => {
    const before = shapeOf(z.object({ content: z.string() }));
    expect(hashOf(shapeOf(z.object({ content: z.string().max(5) })))).not.toBe(hashOf(before));
    expect(hashOf(shapeOf(z.object({ content: z.string().optional() })))).not.toBe(hashOf(before));
    expect(hashOf({ class: 'durable' })).not.toBe(hashOf({ class: 'control' }));
    expect(hashOf({ a: 1, b: { c: 2, d: 3 } })).toBe(hashOf({ b: { d: 3, c: 2 }, a: 1 }));
  });
});

describe('the history', () => {
  it('has one line for each version up to this one', () => {
    const versions = Array.from({ length: PROTOCOL_VERSION }, (_, index) => String(index + 1));
    expect(Object.keys(PROTOCOL_HISTORY)).toEqual(versions);
    expect(MIN_PROTOCOL_VERSION).toBeLessThanOrEqual(PROTOCOL_VERSION);
  });
});
