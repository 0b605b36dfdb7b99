import { type Bus, shardOf } from '../../ports/bus.ts';
import type { CommandHandlers } from '../../ports/caller.ts';
import { createPush } from '../../ports/create-push.ts';
import type { OriginId } from '../../ports/delivery.ts';
import { parseTopic } from './topic-name.ts';
import { TopicOffsets, type TopicPosition } from './topic-offsets.ts';

/** Topics whose offset is remembered; about 200 bytes each. */
const TOPICS_REMEMBERED_MAX = 100_000;

/** Plain publish and subscribe. */
export interface TopicsFeature {
  readonly handlers: Pick<Required<CommandHandlers>, 'subscribe' | 'unsubscribe' | 'publish'>;
  /** Publishes for a backend. @throws AppError `invalid_topic` */
  publish(topic: string, data: unknown): TopicPosition & { readonly topic: string };
}

/** Builds the topics feature. */
export function createTopicsFeature(deps: { readonly bus: Bus }): TopicsFeature {
  const offsets = new TopicOffsets(TOPICS_REMEMBERED_MAX);
  const publish = (topic: string, data: unknown, origin: OriginId) => {
    parseTopic(topic);
    const position = offsets.advance(topic);
    const event = createPush('event', { data }, { topic, offset: position.offset });
    deps.bus.publish(shardOf(topic), { kind: 'topic', topic, offset: position.offset, event, origin });
    return { topic, ...position };
  };
  return {
    handlers: {
      subscribe: (caller, { topic }) => {
        parseTopic(topic);
        caller.subscribe(topic);
        return { topic, ...offsets.position(topic) };
      },
      unsubscribe: (caller, { topic }) => {
        parseTopic(topic);
        caller.unsubscribe(topic);
        return { topic };
      },
      publish: (caller, { topic, data }) => publish(topic, data, caller.connectionId),
    },
    publish: (topic, data) => publish(topic, data, undefined),
  };
}
