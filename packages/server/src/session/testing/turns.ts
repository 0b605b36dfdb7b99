/** Resolves when what was to be written at the end of this turn of the event loop has been, and what that caused. */
export async function turns(count = 3): Promise<void> {
  for (let turn = 0; turn < count; turn++) await new Promise((resolve) => setImmediate(resolve));
}
