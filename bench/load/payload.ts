/** What every message of the load carries. */
export const PAYLOAD_BYTES = 128;

/** Content of 128 bytes of ASCII text that JSON need not escape. */
export const PAYLOAD: string = 'The quick brown fox jumps over the lazy dog. '.repeat(3).slice(0, PAYLOAD_BYTES);
