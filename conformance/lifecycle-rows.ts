import { join } from 'node:path';
import { type Engine, engineTitle } from '../src/terraform/run/engine.ts';
import { type Aspect, differences, judge, type ListedDifference, type StepRecord } from './compare-steps.ts';
import { outcomeOf, type Row } from './report.ts';
import { type ProviderChoice, type RunningAccount, withRig } from './rigs.ts';
import { runLifecycle } from './run-lifecycle.ts';

const ASPECTS: readonly Aspect[] = ['changes', 'drift', 'access', 'account', 'plan calls', 'apply calls'];

/** A combination to play the lifecycle on. */
export interface Combination {
  readonly account: { readonly title: string; readonly start: () => Promise<RunningAccount> };
  readonly provider: { readonly title: string; readonly choice: ProviderChoice };
  readonly engine: Engine;
  readonly directory: string;
}

/** A row to be filled: what it is held against, and where it may differ. */
export interface Expected {
  readonly records: readonly StepRecord[];
  readonly compared: string;
  readonly listed: readonly ListedDifference[];
}

/** Plays the lifecycle; `say` gets each step. */
export function record(combination: Combination, say: (step: string) => void): Promise<readonly StepRecord[]> {
  const { account, provider, engine, directory } = combination;
  return withRig({ account: account.start, provider: provider.choice, engine, directory }, (rig) =>
    runLifecycle(rig, say),
  );
}

/** The row of a run that was held against another. */
export function lifecycleRow(combination: Combination, recorded: readonly StepRecord[], expected: Expected): Row {
  const comparison = judge(differences(expected.records, recorded, ASPECTS), expected.listed);
  const outcome = outcomeOf(comparison);
  const broken = recorded.flatMap((record) => record.broken.map((promise) => `${record.step}: ${promise}`));
  return {
    ...titles(combination),
    compared: expected.compared,
    ...outcome,
    result: broken.length === 0 ? outcome.result : `${broken.length} broken promises`,
    problems: [...outcome.problems, ...broken],
    checks: expected.records.length * (ASPECTS.length + 1),
  };
}

/** The row of something that did not end. */
export function brokenRow(combination: Combination, compared: string, error: unknown): Row {
  const problem = error instanceof Error ? error.message : String(error);
  return {
    ...titles(combination),
    compared,
    result: 'did not end',
    onPurpose: [],
    problems: [problem],
    checks: 0,
  };
}

export function titles({ account, provider, engine }: Combination): Pick<Row, 'account' | 'provider' | 'engine'> {
  return { account: account.title, provider: provider.title, engine: engineTitle(engine) };
}

/** A directory for each combination, so that a failed one can be looked into. */
export function directoryOf(home: string, name: string): string {
  return join(home, 'run', name);
}
