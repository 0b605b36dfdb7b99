import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createSecureContext, type SecureContext } from 'node:tls';
import { AppError } from '../kernel/app-error.ts';
import type { Log } from '../kernel/log.ts';

/** How often the files are looked at; a renewed certificate is used that much later at most. */
const CHECK_MS = 10_000;

/**
 * The server's certificate. The files are read again when their content changes; a pair that does not work is reported
 * and the old one stays. Connections keep the certificate they began with.
 */
export class TlsIdentity {
  readonly #certPath: string;
  readonly #keyPath: string;
  readonly #log: Log;
  #context: SecureContext;
  #digest: string;
  #failedDigest: string | undefined;
  #timer: NodeJS.Timeout | undefined;

  private constructor(paths: TlsPaths, log: Log, loaded: LoadedPair) {
    this.#certPath = paths.certPath;
    this.#keyPath = paths.keyPath;
    this.#log = log;
    this.#context = loaded.context;
    this.#digest = loaded.digest;
  }

  /** Reads the pair. @throws AppError `tls_invalid` */
  static async open(paths: TlsPaths, log: Log): Promise<TlsIdentity> {
    const identity = new TlsIdentity(paths, log, await loadPair(paths));
    identity.#timer = setInterval(() => void identity.reload(), CHECK_MS).unref();
    return identity;
  }

  /** The certificate for new connections. */
  get context(): SecureContext {
    return this.#context;
  }

  /** Looks at the files now. True when another pair is in use afterwards. Never rejects. */
  async reload(): Promise<boolean> {
    const paths = { certPath: this.#certPath, keyPath: this.#keyPath };
    try {
      const digest = digestOf(await readPair(paths));
      if (digest === this.#digest || digest === this.#failedDigest) return false;
      this.#failedDigest = digest;
      const loaded = await loadPair(paths);
      this.#context = loaded.context;
      this.#digest = loaded.digest;
      this.#failedDigest = undefined;
      this.#log.info({ cert: this.#certPath }, 'a new certificate is in use');
      return true;
    } catch (failure) {
      const error = AppError.from(failure);
      this.#log.error({ code: error.code, cert: this.#certPath }, `${error.message} The old certificate stays in use.`);
      return false;
    }
  }

  /** Stops looking at the files. */
  close(): void {
    clearInterval(this.#timer);
  }
}

/** Where the PEM files are. */
export interface TlsPaths {
  readonly certPath: string;
  readonly keyPath: string;
}

interface LoadedPair {
  readonly context: SecureContext;
  readonly digest: string;
}

async function loadPair(paths: TlsPaths): Promise<LoadedPair> {
  const pair = await readPair(paths);
  try {
    return { context: createSecureContext({ ...pair, minVersion: 'TLSv1.2' }), digest: digestOf(pair) };
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : 'unknown';
    throw new AppError('tls_invalid', {
      message: `The certificate ${paths.certPath} and the key ${paths.keyPath} cannot be used: ${reason}.`,
      cause,
    });
  }
}

async function readPair({ certPath, keyPath }: TlsPaths): Promise<{ cert: Buffer; key: Buffer }> {
  try {
    const [cert, key] = await Promise.all([readFile(certPath), readFile(keyPath)]);
    return { cert, key };
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : 'unknown';
    throw new AppError('tls_invalid', { message: `TLS_CERT or TLS_KEY cannot be read: ${reason}.`, cause });
  }
}

function digestOf({ cert, key }: { readonly cert: Buffer; readonly key: Buffer }): string {
  return createHash('sha256').update(cert).update(key).digest('hex');
}
