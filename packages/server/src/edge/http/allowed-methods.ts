interface Pattern {
  readonly method: string;
  readonly segments: readonly string[];
}

/** Knows the methods of each path, so that a wrong method can be told from a wrong address. */
export class AllowedMethods {
  readonly #patterns: Pattern[] = [];

  /** Adds a route as fastify writes it: `/v1/users/:id`. */
  add(method: string | readonly string[], url: string): void {
    for (const each of [method].flat()) this.#patterns.push({ method: each, segments: url.split('/') });
  }

  /** Methods that a path takes, in order; none when there is nothing at it. */
  of(path: string): readonly string[] {
    const segments = path.split('/');
    const fitting = this.#patterns.filter((pattern) => fits(pattern.segments, segments));
    return [...new Set(fitting.map(({ method }) => method))].toSorted();
  }
}

function fits(pattern: readonly string[], segments: readonly string[]): boolean {
  if (pattern.length !== segments.length) return false;
  return pattern.every((part, at) => part.startsWith(':') || part === segments[at]);
}
