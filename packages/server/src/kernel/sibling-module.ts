/**
 * The URL of a module beside the given one, for worker threads: `.ts` when running from source, `.js` when running the
 * published form (a compiler rewrites import paths, not URLs).
 */
export function siblingModule(importMetaUrl: string, name: string): URL {
  const extension = importMetaUrl.endsWith('.ts') ? '.ts' : '.js';
  return new URL(`./${name}${extension}`, importMetaUrl);
}
