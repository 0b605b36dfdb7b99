import type { HttpInstance } from '../http-instance.ts';
import type { PageFile } from '../page-files.ts';

/**
 * What the page may do: run and show files of this server, and talk to it; nothing inline, nothing from elsewhere, no
 * markup from text (trusted types). WebSocket schemes are named because not every browser counts them as 'self'.
 */
const PAGE_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self' ws: wss:",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ');

/** The web page: exactly these files, each at its own address. Browsers ask every time whether one has changed. */
export function addPageRoutes(app: HttpInstance, files: readonly PageFile[]): void {
  for (const file of files) {
    app.get(file.path, async (request, reply) => {
      const { etag, body, contentType } = file;
      reply.headers({ 'content-security-policy': PAGE_SECURITY_POLICY, 'cache-control': 'no-cache', etag });
      if (request.headers['if-none-match'] === etag) return reply.code(304).send();
      return reply.type(contentType).send(body);
    });
  }
}
