import { describe, expect, it } from 'vitest';
import { type Manner, runFsyncTrace } from '../scenarios/fsync-trace/run-fsync-trace.ts';
import { hasProgram } from '../support/has-program.ts';

const MESSAGES = 40;
const MANNERS: readonly Manner[] = ['one at a time', 'pipelined'];

describe.runIf(hasProgram(['strace', '--version'], 'strace'))('what the server tells by its system calls', () => {
  it('tells of a message only after an fsync that began when its transaction was written', async () => {
    const verdicts = await runFsyncTrace({ synchronous: 'full', messages: MESSAGES });
    for (const manner of MANNERS) {
      const { proofs, commits, syncs } = verdicts.get(manner) ?? { proofs: [], commits: 0, syncs: 0 };
      expect(proofs).toHaveLength(MESSAGES);
      expect(proofs.filter(({ isProven }) => !isProven)).toEqual([]);
      expect(commits).toBeGreaterThan(0);
      expect(syncs).toBeGreaterThanOrEqual(commits);
    }
  });

  it('is not proven durable where nothing is synced, so that the proof can fail', async () => {
    const verdicts = await runFsyncTrace({ synchronous: 'off', messages: MESSAGES });
    for (const manner of MANNERS) {
      const { proofs = [], syncs } = verdicts.get(manner) ?? {};
      expect(proofs).toHaveLength(MESSAGES);
      expect(new Set(proofs.map(({ reason }) => reason))).toEqual(new Set(['never synced']));
      expect(syncs).toBe(0);
    }
  });
});
