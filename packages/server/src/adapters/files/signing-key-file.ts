import { randomUUID } from 'node:crypto';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { generateSigningKey, importSigningKey, type SigningKey, type VerificationKey } from '@parley/tokens';
import { AppError } from '../../kernel/app-error.ts';

/** Name of the key file within the data directory. */
const SIGNING_KEY_FILE = 'signing-key.json';

/**
 * The key that signs Parley's own tokens: read from the data directory, or made there (mode 0600) when it is missing.
 * @throws AppError `signing_key_invalid`, `data_dir_unusable`
 */
export async function openSigningKey(directory: string): Promise<SigningKey> {
  const path = join(directory, SIGNING_KEY_FILE);
  const text = await readKeyFile(path);
  return text === undefined ? createKeyFile(path) : importKey(path, text);
}

/** The public half of the key in a data directory; undefined when there is none yet. @throws AppError `signing_key_invalid` */
export async function readVerificationKey(directory: string): Promise<VerificationKey | undefined> {
  const path = join(directory, SIGNING_KEY_FILE);
  const text = await readKeyFile(path);
  return text === undefined ? undefined : importKey(path, text).verificationKey;
}

function importKey(path: string, text: string): SigningKey {
  try {
    return importSigningKey(JSON.parse(text));
  } catch (cause) {
    throw new AppError('signing_key_invalid', { message: `The signing key ${path} cannot be read.`, cause });
  }
}

async function readKeyFile(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new AppError('signing_key_invalid', { message: `The signing key ${path} cannot be read.`, cause });
  }
}

async function createKeyFile(path: string): Promise<SigningKey> {
  const jwk = generateSigningKey();
  const draft = `${path}.${randomUUID()}`;
  try {
    await writeFile(draft, `${JSON.stringify(jwk)}\n`, { mode: 0o600, flag: 'wx' });
    // whole or not at all, whatever happens meanwhile
    await rename(draft, path);
  } catch (cause) {
    throw new AppError('data_dir_unusable', { message: `The signing key ${path} cannot be written.`, cause });
  }
  return importSigningKey(jwk);
}
