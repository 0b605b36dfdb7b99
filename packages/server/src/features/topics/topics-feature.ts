import { AppError } from '../../kernel/app-error.ts';
import { type Bus, shardOf } from '../../ports/bus.ts';
import type { CommandHandlers } from '../../ports/caller.ts';
import { createPush } from '../../ports/create-push.ts';
import type { OriginId } from '../../ports/delivery.ts';
import { parseTopic } from './topic-name.ts';
import { TopicOffsets, type TopicPosition } from './topic-offsets.ts';

/** Topics whose offset is remembered; about 200 bytes each. */
const TOPICS_REMEMBERED_MAX = 100_000;

/** Levels of arrays and objects in the data of an event: what reads it may be recursive, our own encoder first of all. */
const DATA_DEPTH_MAX = 64;

/** Plain publish and subscribe. */
export interface TopicsFeature {
  readonly handlers: Pick<Required<CommandHandlers>, 'subscribe' | 'unsubscribe' | 'publish'>;
  /** Publishes for a backend. @throws AppError `invalid_topic`, `invalid_fields` */
  publish(topic: string, data: unknown): TopicPosition & { readonly topic: string };
}

/** Builds the topics feature. */
export function createTopicsFeature(deps: { readonly bus: Bus }): TopicsFeature {
  const offsets = new TopicOffsets(TOPICS_REMEMBERED_MAX);
  const publish = (topic: string, data: unknown, origin: OriginId) => {
    parseTopic(topic);
    assertDepthFits(data, DATA_DEPTH_MAX);
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

function assertDepthFits(value: unknown, levels: number): void {
  if (typeof value !== 'object' || value === null) return;
  if (levels === 0) throw new AppError('invalid_fields', { message: `data: is nested over ${DATA_DEPTH_MAX} levels.` });
  for (const nested of Array.isArray(value) ? value : Object.values(value)) assertDepthFits(nested, levels - 1);
}
