/**
 * What an API key may be allowed to do. A closed list: a scope that is not in it cannot be given. There is none for
 * keys themselves: only an administrator makes keys, so that a stolen one cannot breed.
 */
export const SCOPES = {
  publish: 'Publish to any topic.',
  'users:read': 'List and look up users.',
  'users:write': 'Add users, set the password of users without roles, disable and enable them.',
  'sessions:write': 'End tokens, sessions, and everything a user was issued.',
  'metrics:read': 'Read /metrics from another machine.',
} as const satisfies Record<string, string>;

export type Scope = keyof typeof SCOPES;

/** The names of all scopes. */
export const SCOPE_NAMES = Object.keys(SCOPES) as readonly Scope[];

/** Whether a text names a scope. */
export function isScope(text: string): text is Scope {
  return Object.hasOwn(SCOPES, text);
}
