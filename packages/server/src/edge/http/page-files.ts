import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire, stripTypeScriptTypes } from 'node:module';
import { dirname, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** One file of the web page, as it is served. */
export interface PageFile {
  /** The path of its address; the page itself is `/`. */
  readonly path: string;
  readonly contentType: string;
  readonly body: Buffer;
  /** Entity tag (RFC 9110 section 8.8.3), quotes included. */
  readonly etag: string;
}

/** The page's own files, beside `src` and `dist`. */
const PUBLIC_DIRECTORY = fileURLToPath(new URL('../../../public', import.meta.url));

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/**
 * Reads the web page and the client that it runs on, once: whatever is requested later, nothing but these files can be
 * answered with. The client is `/client.js`; its modules come as they are published, or from source without the types.
 * @param options whether strangers may make an account, which the page asks for then
 */
export function loadPageFiles(options: { readonly isSignupOpen: boolean }): readonly PageFile[] {
  const own = readdirSync(PUBLIC_DIRECTORY).map((name) => {
    const text = readFileSync(join(PUBLIC_DIRECTORY, name), 'utf8');
    if (name !== 'index.html') return pageFile(`/${name}`, text);
    return pageFile(
      '/',
      text.replace('data-signup="closed"', `data-signup="${options.isSignupOpen ? 'open' : 'closed'}"`),
    );
  });
  return [...own, pageFile('/client.js', "export * from '/client/index.js';\n"), ...loadClientModules()];
}

function loadClientModules(): PageFile[] {
  const entry = createRequire(import.meta.url).resolve('@parley/client');
  const extension = extname(entry);
  const modules = readdirSync(dirname(entry)).filter(
    (name) => /^[a-z-]+\.[jt]s$/.test(name) && name.endsWith(extension),
  );
  return withoutExperimentalWarning(() =>
    modules.map((name) => {
      const source = readFileSync(join(dirname(entry), name), 'utf8');
      const text = extension === '.ts' ? stripTypes(source) : source;
      return pageFile(`/client/${name.replace(extension, '.js')}`, text);
    }),
  );
}

/** Imports among the modules lead to what is served. */
function stripTypes(source: string): string {
  return stripTypeScriptTypes(source).replace(/(\bfrom\s*'\.\/[a-z-]+)\.ts'/g, "$1.js'");
}

/** Type stripping works, as the running sources show; that its function may change still concerns us, not who runs this. */
function withoutExperimentalWarning<T>(run: () => T): T {
  const { emitWarning } = process;
  process.emitWarning = () => undefined;
  try {
    return run();
  } finally {
    process.emitWarning = emitWarning;
  }
}

function pageFile(path: string, text: string): PageFile {
  const body = Buffer.from(text);
  const contentType = CONTENT_TYPES[path === '/' ? '.html' : extname(path)];
  if (contentType === undefined) throw new Error(`The content type of ${path} is not known.`);
  return { path, contentType, body, etag: `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"` };
}
