import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { callApi } from './call-api.ts';
import type { TestServer } from './start-server.ts';

/** A user that signs in with a password. */
export interface Credentials {
  readonly username: string;
  readonly password: string;
}

/** What a sign-in over HTTP gives. */
export interface SignedIn {
  readonly user: { readonly id: string };
  readonly token: string;
  readonly refresh_token: string;
  readonly expires_at: string;
}

/** The administrator that the first start made. */
export async function firstAdmin(server: TestServer): Promise<Credentials> {
  const text = await readFile(join(server.dataDir, 'first-admin.txt'), 'utf8');
  const field = (name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(text)?.[1] ?? '';
  return { username: field('user name'), password: field('password') };
}

/** Signs in over HTTP. @throws Error when that is refused */
export async function signIn(server: TestServer, credentials: Credentials): Promise<SignedIn> {
  const { status, json, text } = await callApi(server, 'POST', '/v1/sessions', { body: credentials });
  if (status !== 201) throw new Error(`Signing in was answered with ${status}: ${text}`);
  return json as unknown as SignedIn;
}

/** Adds a local user with a random password. */
export async function addUser(server: TestServer, adminToken: string, username: string): Promise<Credentials> {
  const password = randomBytes(24).toString('base64url');
  const body = { username, password };
  const { status, text } = await callApi(server, 'POST', '/v1/users', { token: adminToken, body });
  if (status !== 201) throw new Error(`Adding ${username} was answered with ${status}: ${text}`);
  return { username, password };
}
