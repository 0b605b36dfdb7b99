import { readdirSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { Counter, Gauge, Histogram, Registry } from '@prometheus-io/client';
import type { HandshakeCounters } from '../session/handshake-counters.ts';
import { DURATION_BOUNDS_S } from '../session/session-counters.ts';
import type { SessionLayer } from '../session/session-layer.ts';
import { renderHistogram } from './render-histogram.ts';

/** How often the delay of the event loop is looked at: each look wakes an idle process. */
const LOOP_SAMPLE_MS = 100;

/** What is measured. */
export interface MetricSources {
  readonly session: SessionLayer;
  readonly edge: HandshakeCounters;
  readonly unauthenticated: () => number;
  readonly storage: () => { readonly queueDepth: number; readonly walBytes: number; readonly isWritable: boolean };
  readonly version: string;
}

/** Reads one metric's values: labels and number. */
type Read = () => Iterable<readonly [labels: Readonly<Record<string, string>>, value: number]>;

/**
 * The numbers of `/metrics`, named as operators expect them (base units, `_total`, closed label lists). The hot path adds
 * to plain fields; they are read when somebody asks.
 */
export class Metrics {
  readonly #registry = new Registry();
  readonly #sources: MetricSources;
  readonly #loopDelay = monitorEventLoopDelay({ resolution: LOOP_SAMPLE_MS });

  readonly #httpDurations = new Histogram({
    name: 'parley_http_request_duration_seconds',
    help: 'Time from an HTTP request to its answer.',
    labelNames: ['route', 'status'],
    buckets: [...DURATION_BOUNDS_S],
    registers: [this.#registry],
  });

  constructor(sources: MetricSources) {
    this.#sources = sources;
    this.#loopDelay.enable();
    this.#describeConnections();
    this.#describeMessages();
    this.#describeServer();
    this.#describeProcess();
  }

  /** Everything in the Prometheus text format. */
  async render(): Promise<{ readonly contentType: string; readonly body: string }> {
    const durations = [...this.#sources.session.counters.commands.values()]
      .filter(({ received }) => received > 0)
      .map(({ type, durationCounts, durationSumS }) => ({
        labels: { type },
        counts: durationCounts,
        sum: durationSumS,
      }));
    const histogram = renderHistogram(
      'parley_request_duration_seconds',
      'Time from a command to its reply.',
      DURATION_BOUNDS_S,
      durations,
    );
    return { contentType: this.#registry.contentType, body: (await this.#registry.metrics()) + histogram };
  }

  /** Notes an answered HTTP request; the route is a pattern of ours. */
  observeHttp({
    route,
    status,
    durationMs,
  }: {
    readonly route: string;
    readonly status: number;
    readonly durationMs: number;
  }): void {
    this.#httpDurations.observe({ route, status: String(status) }, durationMs / 1000);
  }

  /** Stops measuring. */
  stop(): void {
    this.#loopDelay.disable();
    this.#registry.clear();
  }

  #describeConnections(): void {
    const { session, edge, unauthenticated } = this.#sources;
    this.#counter('parley_handshakes_total', 'Handshakes by how far they came.', ['stage', 'outcome', 'reason'], () =>
      splitKeys(edge.handshakes, ['stage', 'outcome', 'reason']),
    );
    this.#counter('parley_auth_failures_total', 'Refused tokens at the handshake.', ['reason'], function* () {
      for (const [key, value] of edge.handshakes) {
        const [stage, outcome, reason = ''] = key.split(' ');
        if (stage === 'auth' && outcome === 'refused') yield [{ reason }, value];
      }
    });
    this.#gauge('parley_connections', 'Open connections.', ['transport'], () => {
      const byTransport = new Map<string, number>([
        ['websocket', 0],
        ['tcp', 0],
      ]);
      for (const { wire } of session.hub.connections) {
        byTransport.set(wire.transport, (byTransport.get(wire.transport) ?? 0) + 1);
      }
      return splitKeys(byTransport, ['transport']);
    });
    this.#gauge('parley_connections_unauthenticated', 'Connections nobody has signed in on.', [], () => [
      [{}, unauthenticated()],
    ]);
    this.#gauge('parley_users_online', 'Users with a connection here.', [], () => [[{}, session.hub.userCount]]);
    this.#counter('parley_connections_closed_total', 'Ended connections.', ['code', 'initiator', 'reason'], () =>
      splitKeys(session.counters.closed, ['code', 'initiator', 'reason']),
    );
  }

  #describeMessages(): void {
    const { counters, budget } = this.#sources.session;
    this.#counter('parley_messages_total', 'Messages by direction and type.', ['direction', 'type'], function* () {
      for (const { type, received } of counters.commands.values()) yield [{ direction: 'in', type }, received];
      for (const [type, value] of counters.sent) yield [{ direction: 'out', type }, value];
    });
    this.#counter('parley_message_failures_total', 'Commands answered with an error.', ['type'], function* () {
      for (const { type, failed } of counters.commands.values()) yield [{ type }, failed];
    });
    this.#counter('parley_message_bytes_total', 'Bytes on the wires.', ['direction'], () => [
      [{ direction: 'in' }, counters.bytesIn],
      [{ direction: 'out' }, counters.bytesOut],
    ]);
    this.#counter('parley_ratelimit_rejections_total', 'Messages beyond a rate.', ['scope'], () => [
      [{ scope: 'frame' }, counters.rateLimited.frame],
      [{ scope: 'message' }, counters.rateLimited.message],
    ]);
    this.#counter('parley_slow_consumers_total', 'What was done about slow readers.', ['action'], () => [
      [{ action: 'dropped' }, counters.slowConsumers.dropped],
      [{ action: 'lagging' }, counters.slowConsumers.lagging],
      [{ action: 'closed' }, counters.slowConsumers.closed],
    ]);
    this.#counter('parley_recoveries_total', 'Catch-ups that clients asked for.', ['outcome'], () => [
      [{ outcome: 'started' }, counters.recoveries],
    ]);
    this.#gauge('parley_send_queue_total_bytes', 'Bytes waiting in all outboxes.', [], () => [
      [{}, budget.waitingBytes],
    ]);
  }

  #describeServer(): void {
    const { storage, version } = this.#sources;
    this.#gauge('parley_event_loop_lag_seconds', 'Delay of the event loop.', ['quantile'], () =>
      [0.5, 0.99].map((quantile) => [
        { quantile: String(quantile) },
        Math.max(0, this.#loopDelay.percentile(quantile * 100) / 1e9 - LOOP_SAMPLE_MS / 1000),
      ]),
    );
    this.#gauge('parley_wal_bytes', 'Size of the write-ahead log.', [], () => [[{}, storage().walBytes]]);
    this.#gauge('parley_storage_queue_depth', 'Writes waiting for the storage.', [], () => [
      [{}, storage().queueDepth],
    ]);
    this.#gauge('parley_storage_writable', '1 while the storage can write.', [], () => [
      [{}, storage().isWritable ? 1 : 0],
    ]);
    this.#gauge('parley_build_info', 'Always 1.', ['version', 'node'], () => [
      [{ version, node: process.versions.node }, 1],
    ]);
  }

  /** The usual names; the library's own collector samples the event loop all the time, these are read when asked. */
  #describeProcess(): void {
    this.#counter('process_cpu_user_seconds_total', 'User processor time, all threads.', [], () => [
      [{}, process.cpuUsage().user / 1e6],
    ]);
    this.#counter('process_cpu_system_seconds_total', 'System processor time, all threads.', [], () => [
      [{}, process.cpuUsage().system / 1e6],
    ]);
    this.#gauge('process_start_time_seconds', 'When the process started, since 1970.', [], () => [
      [{}, performance.timeOrigin / 1000],
    ]);
    this.#gauge('process_resident_memory_bytes', 'Resident memory.', [], () => [[{}, process.memoryUsage.rss()]]);
    this.#gauge('nodejs_heap_size_used_bytes', 'Heap in use, main thread.', [], () => [
      [{}, process.memoryUsage().heapUsed],
    ]);
    this.#gauge('nodejs_external_memory_bytes', 'Memory outside of the heap, main thread.', [], () => [
      [{}, process.memoryUsage().external],
    ]);
    this.#gauge('process_open_fds', 'Open file descriptors.', [], () => countDescriptors());
  }

  #counter(name: string, help: string, labelNames: readonly string[], read: Read): void {
    new Counter({
      name,
      help,
      labelNames: [...labelNames],
      registers: [this.#registry],
      collect() {
        this.reset();
        for (const [labels, value] of read()) this.inc(labels, value);
      },
    });
  }

  #gauge(name: string, help: string, labelNames: readonly string[], read: Read): void {
    new Gauge({
      name,
      help,
      labelNames: [...labelNames],
      registers: [this.#registry],
      collect() {
        this.reset();
        for (const [labels, value] of read()) this.set(labels, value);
      },
    });
  }
}

/** Nothing where the system does not tell. */
function countDescriptors(): Iterable<readonly [Readonly<Record<string, string>>, number]> {
  try {
    return [[{}, readdirSync('/proc/self/fd').length]];
  } catch {
    return [];
  }
}

/** Counts kept under `a b c` as labels. */
function* splitKeys(
  counts: ReadonlyMap<string, number>,
  labelNames: readonly string[],
): Generator<readonly [Readonly<Record<string, string>>, number]> {
  for (const [key, value] of counts) {
    const parts = key.split(' ');
    yield [Object.fromEntries(labelNames.map((name, index) => [name, parts[index] ?? ''])), value];
  }
}
