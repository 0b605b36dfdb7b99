/** Length of the runs that count as a leak, in bytes. */
const RUN_BYTES = 8;

/**
 * Where in a text any 8 bytes in a row of a secret stand: raw, in hex, base64, base64url or percent-encoded. Returns the
 * encodings found; empty when the text is clean.
 */
export function findSecret(text: string, secret: Uint8Array): readonly string[] {
  const bytes = Buffer.from(secret);
  const found = new Set<string>();
  for (let start = 0; start + RUN_BYTES <= bytes.length; start++) {
    for (const [encoding, spelling] of spellingsOf(bytes.subarray(start, start + RUN_BYTES))) {
      if (text.includes(spelling)) found.add(encoding);
    }
    if (text.toLowerCase().includes(bytes.subarray(start, start + RUN_BYTES).toString('hex'))) found.add('hex');
  }
  return [...found];
}

function* spellingsOf(run: Buffer): Generator<readonly [string, string]> {
  yield ['raw', run.toString('utf8')];
  yield ['latin1', run.toString('latin1')];
  yield ['percent', encodeURIComponent(run.toString('latin1'))];
  yield ['percent', [...run].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join('')];
  yield ['percent', [...run].map((byte) => `%${byte.toString(16).padStart(2, '0').toUpperCase()}`).join('')];
  for (const encoding of ['base64', 'base64url'] as const) yield* base64Spellings(run, encoding);
}

/** The letters that the run alone decides, for each way it can lie across groups of three bytes. */
function* base64Spellings(run: Buffer, encoding: 'base64' | 'base64url'): Generator<readonly [string, string]> {
  for (const before of [0, 1, 2]) {
    const letters = Buffer.concat([Buffer.alloc(before), run])
      .toString(encoding)
      .replaceAll('=', '');
    const whole = Math.floor(((before + run.length) * 8) / 6);
    yield [encoding, letters.slice(Math.ceil((before * 8) / 6), whole)];
  }
}
