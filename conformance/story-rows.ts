import { join } from 'node:path';
import { type Engine, engineTitle } from '../src/terraform/run/engine.ts';
import { type Aspect, differences, judge, type ListedDifference, type StepRecord } from './compare-steps.ts';
import { playStory } from './play-story.ts';
import { outcomeOf, type Row } from './report.ts';
import { type ProviderChoice, type RunningAccount, withRig } from './rigs.ts';

const ASPECTS: readonly Aspect[] = ['changes', 'drift', 'access', 'account', 'plan calls', 'apply calls'];

/** A combination to play the story on. */
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

/** Plays the story; `say` is told each step. */
export function tell(combination: Combination, say: (step: string) => void): Promise<readonly StepRecord[]> {
  const { account, provider, engine, directory } = combination;
  return withRig({ account: account.start, provider: provider.choice, engine, directory }, (rig) =>
    playStory(rig, say),
  );
}

/** The row of a telling that was held against another. */
export function storyRow(combination: Combination, told: readonly StepRecord[], expected: Expected): Row {
  const comparison = judge(differences(expected.records, told, ASPECTS), expected.listed);
  const outcome = outcomeOf(comparison);
  const broken = told.flatMap((record) => record.broken.map((promise) => `${record.step}: ${promise}`));
  return {
    ...titles(combination),
    compared: expected.compared,
    ...outcome,
    result: broken.length === 0 ? outcome.result : `${broken.length} broken promises`,
    problems: [...outcome.problems, ...broken],
    checks: expected.records.length * (ASPECTS.length + 1),
  };
}

/** The row of something that could not be told to its end. */
export function brokenRow(combination: Combination, compared: string, error: unknown): Row {
  const problem = error instanceof Error ? error.message : String(error);
  return {
    ...titles(combination),
    compared,
    result: 'not told to its end',
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
