import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runProgram } from './run-program.ts';

/** A self-signed certificate for localhost, as PEM files. */
export interface TestCertificate {
  readonly certPath: string;
  readonly keyPath: string;
  /** What a client trusts. */
  readonly ca: string;
}

/** Writes a new certificate and key into a directory, over older ones. Needs openssl. */
export async function makeCertificate(directory: string): Promise<TestCertificate> {
  const certPath = join(directory, 'cert.pem');
  const keyPath = join(directory, 'key.pem');
  const { exitCode, stderr } = await runProgram([
    'openssl',
    ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'],
    ...['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'],
    ...['-keyout', keyPath, '-out', certPath],
  ]);
  if (exitCode !== 0) throw new Error(`openssl made no certificate: ${stderr}`);
  return { certPath, keyPath, ca: await readFile(certPath, 'utf8') };
}
