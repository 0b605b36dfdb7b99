import type { LoadSession } from './load-session.ts';
import type { MessageReceiver } from './websocket-client.ts';

const ERROR_STATUS = Buffer.from('"status":"error"');

/** For connections whose answers are not counted: a load that the server refuses must not look fast. */
export function refuseErrors(session: LoadSession): MessageReceiver {
  return {
    onMessage: (bytes, start, end) => {
      const message = bytes.subarray(start, end);
      if (message.includes(ERROR_STATUS)) session.fail(`The server answered: ${message.toString()}`);
    },
  };
}
