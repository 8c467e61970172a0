import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';

// No test writes into the cache of the person who runs it; jest.global-setup.js names a directory that it removes.
process.env.XDG_CACHE_HOME = process.env.MTURK_TEAM_SNAPSHOTS ?? join(tmpdir(), 'mturk-team-test-cache');

// An engine ends before it gains from collecting garbage, for which it takes a quarter of its processor time.
process.env.GOGC = '1000';

// In CI one seed, so that a red run says something about the change; elsewhere every run draws cases of its own, and
// FC_SEED=<number> repeats those of a run.
const isExhaustive = process.env.MTURK_TEAM_TESTS === 'exhaustive';
const seed = process.env.FC_SEED ?? (process.env.CI ? '20261125' : undefined);
fc.configureGlobal({
  ...fc.readConfigureGlobal(),
  numRuns: isExhaustive ? 100 : 20,
  ...(seed === undefined ? {} : { seed: Number(seed) }),
});
