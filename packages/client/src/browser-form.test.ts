import { readdirSync, readFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { describe, expect, it } from 'vitest';

const here = new URL('.', import.meta.url);
const modules = readdirSync(here).filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'));

describe('the form that browsers load', () => {
  it.each(modules)('%s brings along no other package and nothing of Node', (name) => {
    const code = stripTypeScriptTypes(readFileSync(new URL(name, here), 'utf8'));
    const specifiers = [...code.matchAll(/\bfrom\s*'([^']+)'|\bimport\s*\(?'([^']+)'/g)].map(([, a, b]) => a ?? b);
    expect(specifiers.filter((specifier) => !specifier?.startsWith('./'))).toEqual([]);
    expect(code).not.toMatch(/\b(?:process|Buffer|require|__dirname|setImmediate)\b/);
  });

  it('is made of all modules there are', () => {
    expect(modules.length).toBeGreaterThan(15);
  });
});
