import type { ReceivedMessage } from './fake-wire.ts';
import type { TestPeer } from './test-session.ts';
import { turns } from './turns.ts';

/** Sends texts on a connection and returns what they were answered with. */
export async function answersTo(
  peer: TestPeer,
  ...texts: readonly (string | object)[]
): Promise<readonly ReceivedMessage[]> {
  for (const text of texts) peer.connection.receive(typeof text === 'string' ? text : JSON.stringify(text));
  await turns();
  return peer.wire.take();
}
