import { findCycles, type ImportEdge, type ModuleGraph } from './module-graph.ts';

/** A layer of the server: modules of one layer may import each other and what lies strictly lower. */
interface Layer {
  readonly name: string;
  readonly rank: number;
}

const SERVER = 'packages/server/src/';

/** docs/architecture.md draws this table. A feature and an adapter are layers each by itself. */
const RANKS: Readonly<Record<string, number>> = {
  kernel: 0,
  config: 1,
  ports: 1,
  features: 2,
  adapters: 2,
  session: 3,
  edge: 4,
  ops: 4,
  compose: 5,
  doctor: 5,
  main: 6,
  cli: 6,
};

/** Which packages of this repository a package may import. */
const PACKAGE_IMPORTS: Readonly<Record<string, readonly string[]>> = {
  protocol: [],
  tokens: [],
  client: ['@parley/protocol'],
  server: ['@parley/protocol', '@parley/tokens'],
};

/** What is wrong with the graph, a sentence each. */
export function rankViolations(graph: ModuleGraph): readonly string[] {
  const source = { ...graph, edges: graph.edges.filter(({ from }) => !isTest(from)) };
  return [
    ...graph.unresolved.map(({ from, to }) => `${from} imports ${to}, which does not exist.`),
    ...graph.modules.filter(isUnknownLayer).map((module) => `${module} belongs to no layer.`),
    ...source.edges.flatMap(edgeViolations),
    ...findCycles(source).map((cycle) => `These modules import each other in a circle: ${cycle.join(', ')}.`),
  ];
}

/** Whether a module is part of the tests and may import anything. */
export function isTest(module: string): boolean {
  return /\.(?:test|contract|fixture)\.ts$|\/(?:testing|test)\//.test(module);
}

function edgeViolations(edge: ImportEdge): string[] {
  if (edge.isPackage) return packageViolations(edge);
  const { from, to } = edge;
  if (isTest(to)) return [`${from} imports ${to}, which only tests may.`];
  if (packageOf(from) !== packageOf(to)) return [`${from} reaches into another package by path: ${to}.`];
  const [lower, upper] = [layerOf(to), layerOf(from)];
  if (lower === undefined || upper === undefined || lower.name === upper.name) return [];
  if (lower.name.startsWith('adapters/') && upper.name !== 'compose') {
    return [`${from} imports ${to}: only compose and tests import adapters.`];
  }
  if (lower.rank < upper.rank) return [];
  return [`${from} (${upper.name}, rank ${upper.rank}) imports ${to} (${lower.name}, rank ${lower.rank}).`];
}

function packageViolations({ from, to }: ImportEdge): string[] {
  const allowed = PACKAGE_IMPORTS[packageOf(from)] ?? [];
  return to.startsWith('@parley/') && !allowed.includes(to)
    ? [`${from} imports ${to}, which its package may not.`]
    : [];
}

function packageOf(module: string): string {
  return module.split('/')[1] ?? '';
}

/** `undefined` outside of the server. */
function layerOf(module: string): Layer | undefined {
  if (!module.startsWith(SERVER)) return undefined;
  const [first = '', second = ''] = module.slice(SERVER.length).replace(/\.ts$/, '').split('/');
  const rank = RANKS[first];
  if (rank === undefined) return undefined;
  if (first === 'main') return { name: 'cli', rank };
  return { name: first === 'features' || first === 'adapters' ? `${first}/${second}` : first, rank };
}

function isUnknownLayer(module: string): boolean {
  return module.startsWith(SERVER) && layerOf(module) === undefined;
}
