import { readProcessorTimeUs } from '../harness/process-usage.ts';
import { quantile } from '../harness/statistics.ts';
import { ChatsLoad } from './chats-load.ts';
import { DurableLoad } from './durable-load.ts';
import { FanOutLoad } from './fan-out-load.ts';
import { HandshakeLoad } from './handshake-load.ts';
import { IdleLoad } from './idle-load.ts';
import { LoadSession } from './load-session.ts';
import type { Load, LoadAnswer, LoadCommand, LoadSetup, LoadSpec, RoundResult } from './load-spec.ts';
import { PacedLoad } from './paced-load.ts';
import { RequestLoad } from './request-load.ts';

/** A server that uses less than this in a step is idle. */
const IDLE_CPU_US = 500;
const IDLE_STEP_MS = 20;
const IDLE_STEPS_MAX = 100;

const { spec, target } = JSON.parse(process.argv[2] ?? '') as LoadSetup;
const session = new LoadSession(target);
const load = createLoad(session, spec);

process.on('disconnect', () => process.exit());
process.on('message', (command: LoadCommand) => {
  Promise.race([obey(command), session.failed]).then(
    (round) => answer({ isOk: true, ...(round && { round }) }),
    (failure: unknown) => answer({ isOk: false, reason: failure instanceof Error ? failure.message : String(failure) }),
  );
});

async function obey(command: LoadCommand): Promise<RoundResult | undefined> {
  if (command.command === 'round') return measureRound(command.durationMs);
  await load.open();
  return undefined;
}

/** The server is idle at both ends, so that nothing of a round is left out and nothing else is counted. */
async function measureRound(durationMs: number): Promise<RoundResult> {
  load.beforeRound?.(durationMs);
  await untilIdle();
  const serverStartUs = readProcessorTimeUs(target.pid);
  const startMs = performance.now();
  const sleepAgain = spec.kind === 'durable' ? () => undefined : stayAwake();
  const { count, latenciesMs } = await load.run(durationMs);
  sleepAgain();
  const elapsedMs = performance.now() - startMs;
  await untilIdle();
  const serverCpuUs = readProcessorTimeUs(target.pid) - serverStartUs;
  load.afterRound?.();
  return {
    count,
    elapsedMs,
    serverCpuUs,
    ...(latenciesMs && { p50Ms: quantile(latenciesMs, 0.5), p99Ms: quantile(latenciesMs, 0.99) }),
  };
}

/**
 * Keeps this process polling instead of sleeping: waking it would be work of the server's `send`, up to half of its
 * cost, and more or less of it depending on which of the two is faster. Clients on other machines cost it nothing. Only
 * for a load that has a core to itself. Returns what ends it.
 */
function stayAwake(): () => void {
  let isAwake = true;
  const poll = () => {
    if (isAwake) setImmediate(poll);
  };
  poll();
  return () => {
    isAwake = false;
  };
}

async function untilIdle(): Promise<void> {
  let beforeUs = readProcessorTimeUs(target.pid);
  for (let step = 0; step < IDLE_STEPS_MAX; step++) {
    await new Promise((resolve) => setTimeout(resolve, IDLE_STEP_MS));
    const nowUs = readProcessorTimeUs(target.pid);
    if (nowUs - beforeUs < IDLE_CPU_US) return;
    beforeUs = nowUs;
  }
}

function answer(message: LoadAnswer): void {
  process.send?.(message);
}

function createLoad(session: LoadSession, spec: LoadSpec): Load {
  switch (spec.kind) {
    case 'fan-out':
      return new FanOutLoad(session, spec);
    case 'paced':
      return new PacedLoad(session, spec);
    case 'request':
      return new RequestLoad(session, spec);
    case 'handshake':
      return new HandshakeLoad(session, spec);
    case 'idle':
      return new IdleLoad(session, spec);
    case 'chats':
      return new ChatsLoad(session, spec);
    case 'durable':
      return new DurableLoad(session, spec);
  }
}
