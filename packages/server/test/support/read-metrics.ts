import { callApi } from './call-api.ts';
import type { TestServer } from './start-server.ts';

/** One value of `/metrics`. */
export interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** Everything that `/metrics` tells a program on this machine. */
export async function readMetrics(server: Pick<TestServer, 'origin'>): Promise<readonly Sample[]> {
  const { status, text } = await callApi(server, 'GET', '/metrics');
  if (status !== 200) throw new Error(`/metrics was answered with ${status}.`);
  return parseMetrics(text);
}

/** The samples of a text in the Prometheus format. */
export function parseMetrics(text: string): readonly Sample[] {
  return text.split('\n').flatMap((line) => {
    const match = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)$/.exec(line);
    if (match === null) return [];
    const [, name = '', labelText = '', value] = match;
    const pairs = [...labelText.matchAll(/(\w+)="((?:\\.|[^"\\])*)"/g)].map(([, label = '', text = '']) => [
      label,
      text,
    ]);
    return [{ name, labels: Object.fromEntries(pairs) as Record<string, string>, value: Number(value) }];
  });
}

/** How many handshakes ended in this way. */
export async function countHandshakes(
  server: Pick<TestServer, 'origin'>,
  labels: Readonly<Record<string, string>>,
): Promise<number> {
  const samples = await readMetrics(server);
  return samples
    .filter(({ name }) => name === 'parley_handshakes_total')
    .filter((sample) => Object.entries(labels).every(([label, value]) => sample.labels[label] === value))
    .reduce((sum, { value }) => sum + value, 0);
}
