import type { Calls } from './counting-proxy.ts';
import type { PlanFacts } from './plan-facts.ts';

/** User name -> the operations that IAM would allow, sorted. */
export type AccessTable = Readonly<Record<string, readonly string[]>>;

/** Everything that one step of the lifecycle left to compare. */
export interface StepRecord {
  readonly step: string;
  readonly plan: PlanFacts;
  /** Who may do what once the step is done. */
  readonly access: AccessTable;
  /** `user bo`, `group readers`, `policy arn:...` -> all that the account says of it, as canonical JSON. */
  readonly account: Readonly<Record<string, string>>;
  readonly planCalls: Calls;
  readonly applyCalls: Calls;
  /** What is wrong by itself, each in a sentence: an order of calls, a call that a role may not make. */
  readonly broken: readonly string[];
}

export type Aspect = 'changes' | 'drift' | 'access' | 'account' | 'plan calls' | 'apply calls';

export interface Difference {
  readonly step: string;
  readonly aspect: Aspect;
  /** What was looked at: a line of the plan, `user operation`, or an action. */
  readonly subject: string;
  /** Null where the reference does not have it. */
  readonly reference: string | null;
  readonly other: string | null;
}

/** A difference that is expected, with the reason that a reader must see. */
export interface ListedDifference {
  readonly reason: string;
  readonly matches: (difference: Difference) => boolean;
}

export interface Comparison {
  readonly unexpected: readonly Difference[];
  /** The listed reasons that were met, with how many differences each explains. */
  readonly explained: readonly { readonly reason: string; readonly count: number }[];
  /** Reasons that explain nothing any more: the list must not outlive what it excuses. */
  readonly stale: readonly string[];
}

/** Every difference between two runs of the lifecycle, in the given aspects. Steps are matched by name. */
export function differences(
  reference: readonly StepRecord[],
  other: readonly StepRecord[],
  aspects: readonly Aspect[],
): readonly Difference[] {
  const names = [...new Set([...reference, ...other].map(({ step }) => step))];
  return names.flatMap((step) => {
    const one = reference.find((record) => record.step === step);
    const two = other.find((record) => record.step === step);
    return aspects.flatMap((aspect) =>
      compareFacts(
        one === undefined ? new Map() : facts(one, aspect),
        two === undefined ? new Map() : facts(two, aspect),
      ).map((difference) => ({ step, aspect, ...difference })),
    );
  });
}

/** Sorts differences into those that a listed reason explains and unexpected ones. */
export function judge(found: readonly Difference[], listed: readonly ListedDifference[]): Comparison {
  const explained = listed.map(({ reason, matches }) => ({ reason, count: found.filter(matches).length }));
  return {
    unexpected: found.filter((difference) => !listed.some(({ matches }) => matches(difference))),
    explained: explained.filter(({ count }) => count > 0),
    stale: explained.filter(({ count }) => count === 0).map(({ reason }) => reason),
  };
}

function compareFacts(
  reference: ReadonlyMap<string, string>,
  other: ReadonlyMap<string, string>,
): readonly Pick<Difference, 'subject' | 'reference' | 'other'>[] {
  const subjects = [...new Set([...reference.keys(), ...other.keys()])].sort();
  return subjects
    .map((subject) => ({ subject, reference: reference.get(subject) ?? null, other: other.get(subject) ?? null }))
    .filter((pair) => pair.reference !== pair.other);
}

/** Subject -> what is said of it. */
function facts(record: StepRecord, aspect: Aspect): ReadonlyMap<string, string> {
  switch (aspect) {
    case 'changes':
      return byAddress(record.plan.changes);
    case 'drift':
      return byAddress(record.plan.drift);
    case 'access':
      return new Map(
        Object.entries(record.access).flatMap(([user, operations]) => [
          [user, 'exists'] as const,
          ...operations.map((operation) => [`${user} ${operation}`, 'allowed'] as const),
        ]),
      );
    case 'account':
      return new Map(Object.entries(record.account));
    case 'plan calls':
      return new Map(Object.entries(record.planCalls).map(([action, count]) => [action, String(count)]));
    case 'apply calls':
      return new Map(Object.entries(record.applyCalls).map(([action, count]) => [action, String(count)]));
  }
}

function byAddress(lines: readonly string[]): ReadonlyMap<string, string> {
  return new Map(
    lines.map((text) => {
      const colon = text.indexOf(': ');
      return [text.slice(0, colon), text.slice(colon + 2)];
    }),
  );
}
