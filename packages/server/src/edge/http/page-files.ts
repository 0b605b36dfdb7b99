import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire, stripTypeScriptTypes } from 'node:module';
import { dirname, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/**
 * One file of the web page, as it is served. Its content is read when it is first asked for and kept: most starts of a
 * server show nobody the page, and stripping types takes memory.
 */
export class PageFile {
  /** The path of its address; the page itself is `/`. */
  readonly path: string;
  readonly contentType: string;
  readonly #read: () => string;
  #content: { readonly body: Buffer; readonly etag: string } | undefined;

  constructor(path: string, read: () => string) {
    const contentType = CONTENT_TYPES[path === '/' ? '.html' : extname(path)];
    if (contentType === undefined) throw new Error(`The content type of ${path} is not known.`);
    this.path = path;
    this.contentType = contentType;
    this.#read = read;
  }

  get body(): Buffer {
    return this.#load().body;
  }

  /** Entity tag (RFC 9110 section 8.8.3), quotes included. */
  get etag(): string {
    return this.#load().etag;
  }

  #load(): { readonly body: Buffer; readonly etag: string } {
    if (this.#content !== undefined) return this.#content;
    const body = Buffer.from(this.#read());
    const etag = `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`;
    this.#content = { body, etag };
    return this.#content;
  }
}

/** The page's own files, beside `src` and `dist`. */
const PUBLIC_DIRECTORY = fileURLToPath(new URL('../../../public', import.meta.url));

/**
 * The files of the web page and of the client that it runs on. The list is made once: whatever is requested later, nothing
 * but these files can be answered with. The client is `/client.js`; its modules come as they are published, or from source
 * without the types.
 * @param options whether strangers may make an account, which the page asks for then
 */
export function listPageFiles(options: { readonly isSignupOpen: boolean }): readonly PageFile[] {
  const signup = `data-signup="${options.isSignupOpen ? 'open' : 'closed'}"`;
  const own = readdirSync(PUBLIC_DIRECTORY).map((name) => {
    const read = () => readFileSync(join(PUBLIC_DIRECTORY, name), 'utf8');
    if (name !== 'index.html') return new PageFile(`/${name}`, read);
    return new PageFile('/', () => read().replace('data-signup="closed"', signup));
  });
  return [...own, new PageFile('/client.js', () => "export * from '/client/index.js';\n"), ...listClientModules()];
}

function listClientModules(): PageFile[] {
  const entry = createRequire(import.meta.url).resolve('@parley/client');
  const extension = extname(entry);
  const modules = readdirSync(dirname(entry)).filter(
    (name) => /^[a-z-]+\.[jt]s$/.test(name) && name.endsWith(extension),
  );
  return modules.map((name) => {
    const read = () => readFileSync(join(dirname(entry), name), 'utf8');
    return new PageFile(
      `/client/${name.replace(extension, '.js')}`,
      extension === '.ts' ? () => withoutExperimentalWarning(() => stripTypes(read())) : read,
    );
  });
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
