import { AppError } from '../../kernel/app-error.ts';

/** Namespaces of this version. Every signed-in user may subscribe to and publish in `public`. */
const NAMESPACES: ReadonlySet<string> = new Set(['public']);
/** Printable ASCII, no blank; the length is at most 255 bytes. */
const TOPIC_PATTERN = /^([a-z][a-z0-9_-]*):[\x21-\x7e]+$/;
const TOPIC_MAX_BYTES = 255;

/** The namespace of a topic. @throws AppError `invalid_topic` */
export function parseTopic(topic: string): { readonly namespace: string } {
  const namespace = topic.length <= TOPIC_MAX_BYTES ? TOPIC_PATTERN.exec(topic)?.[1] : undefined;
  if (namespace === undefined || !NAMESPACES.has(namespace)) throw new AppError('invalid_topic');
  return { namespace };
}
