import type { ContenderSpec } from '../harness/contender.ts';
import { interleave } from '../harness/interleave.ts';
import type { DialectName, LoadSpec } from '../load/load-spec.ts';
import type { ServerName } from '../servers/server-table.ts';
import { describeContender, failuresOf, samplesOf } from './samples.ts';
import { serverOptions } from './server-options.ts';
import type { Row, ShapeContext } from './shape.ts';

/** One line of a table of processor times. */
export interface ProcessorTimeCase {
  readonly id: string;
  readonly title: string;
  readonly load: LoadSpec;
  readonly against: readonly (readonly [ServerName, DialectName])[];
  /** Rounds before the first that counts, where one is too little to have all code compiled. */
  readonly warmUps?: number;
}

/** Measures the server's processor time per counted thing, the server alone on one core and the load on the other. */
export async function measureProcessorTime(context: ShapeContext, each: ProcessorTimeCase): Promise<Row> {
  const specs = each.against
    .filter(([server]) => context.wants(server))
    .map(
      ([server, dialect]): ContenderSpec => ({
        server,
        dialect,
        load: each.load,
        serverOptions: serverOptions(context, '0'),
        loadCores: '1',
      }),
    );
  context.progress(each.title);
  const contenders = await interleave(specs, context.effort, each.warmUps);
  for (const contender of contenders) context.progress(`  ${describeContender(contender)}`);
  return {
    id: each.id,
    title: each.title,
    unit: 'µs',
    samples: samplesOf(contenders, ({ serverCpuUs, count }) => serverCpuUs / count),
    failures: failuresOf(contenders),
  };
}
