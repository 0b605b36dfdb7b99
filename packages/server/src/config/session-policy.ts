/** How many connections one user may have: one that a newer one replaces, or `max` side by side. */
export type SessionPolicy = { readonly kind: 'single' } | { readonly kind: 'multi'; readonly max: number };

/** What SESSION_POLICY takes, to stand after "It takes". */
export const SESSION_POLICY_FORMS = '`single` or `multi(n)` with n from 1 to 10000';

/** Reads `single` or `multi(n)`; `undefined` for anything else. */
export function parseSessionPolicy(text: string): SessionPolicy | undefined {
  if (text === 'single') return { kind: 'single' };
  const [, digits] = /^multi\((\d{1,5})\)$/.exec(text) ?? [];
  const max = Number(digits);
  return max >= 1 && max <= 10_000 ? { kind: 'multi', max } : undefined;
}

/** The text that {@link parseSessionPolicy} reads. */
export function formatSessionPolicy(policy: SessionPolicy): string {
  return policy.kind === 'single' ? 'single' : `multi(${policy.max})`;
}
