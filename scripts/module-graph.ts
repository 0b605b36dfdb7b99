import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';

/** One import as it is written; type imports and workers started by URL count like any other. */
export interface ImportEdge {
  /** The importing module, relative to the repository. */
  readonly from: string;
  /** The module it leads to, relative to the repository, or the name of a package. */
  readonly to: string;
  readonly isPackage: boolean;
}

/** The modules under some directories, and how they import each other. */
export interface ModuleGraph {
  readonly modules: readonly string[];
  readonly edges: readonly ImportEdge[];
  /** Relative imports that lead nowhere. A reader of imports that misreads them shows here. */
  readonly unresolved: readonly ImportEdge[];
}

/**
 * Each form an import takes in formatted source (the format gate sees to that): statements begin at the first column,
 * `import('...')` stands anywhere, in types too.
 */
const IMPORT_FORMS: readonly RegExp[] = [
  /^(?:import|export)\b[^'";`]*?\bfrom\s*['"]([^'"\n]+)['"]/gm,
  /^import\s*['"]([^'"\n]+)['"]/gm,
  /\bimport\(\s*['"]([^'"\n]+)['"]/g,
  /\bnew URL\(\s*['"](\.[^'"\n]+\.ts)['"],\s*import\.meta\.url/g,
];
const SIBLING_FORM = /\bsiblingModule\(\s*import\.meta\.url,\s*['"]([^'"\n]+)['"]/g;

/** Reads every `.ts` file under the directories, which are relative to `root`. */
export function readModuleGraph(root: string, directories: readonly string[]): ModuleGraph {
  const modules = directories.flatMap((directory) => listModules(root, directory));
  const edges = modules.flatMap((module) => readEdges(root, module));
  const unresolved = edges.filter(({ to, isPackage }) => !isPackage && !existsSync(join(root, to)));
  return { modules, edges, unresolved };
}

/** Groups of modules that import each other in a circle, each named from its first member in the alphabet. */
export function findCycles({ modules, edges }: ModuleGraph): readonly (readonly string[])[] {
  const reach = new Map(modules.map((module) => [module, reachableFrom(module, edges)]));
  const groups = modules.map((module) =>
    modules.filter((other) => reach.get(module)?.has(other) && reach.get(other)?.has(module)).toSorted(),
  );
  return [...new Map(groups.filter((group) => group.length > 0).map((group) => [group.join(), group])).values()];
}

function reachableFrom(module: string, edges: readonly ImportEdge[]): ReadonlySet<string> {
  const reached = new Set<string>();
  const waiting = [module];
  for (let from = waiting.pop(); from !== undefined; from = waiting.pop()) {
    for (const { to } of edges.filter((edge) => edge.from === from && !edge.isPackage)) {
      if (!reached.has(to)) waiting.push(to);
      reached.add(to);
    }
  }
  return reached;
}

function listModules(root: string, directory: string): string[] {
  const path = join(root, directory);
  if (!existsSync(path)) return [];
  return readdirSync(path, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)))
    .toSorted();
}

function readEdges(root: string, from: string): ImportEdge[] {
  const source = readFileSync(join(root, from), 'utf8');
  const specifiers = IMPORT_FORMS.flatMap((form) => [...source.matchAll(form)].map(([, specifier = '']) => specifier));
  const siblings = [...source.matchAll(SIBLING_FORM)].map(([, name]) => `./${name}.ts`);
  return [...new Set([...specifiers, ...siblings])].map((specifier) => {
    if (!specifier.startsWith('.')) return { from, to: packageName(specifier), isPackage: true };
    return { from, to: relative(root, resolve(root, dirname(from), specifier)), isPackage: false };
  });
}

function packageName(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}
