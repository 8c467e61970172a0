import { keptFor } from '../kept-for.ts';
import { isAnywhere, isOfRoles, leadsTo, mayBeAsked, thingOf, thingsOf } from './direct-step.ts';
import { ESCALATION_METHODS, type EscalationTarget } from './methods.ts';
import { isAllowed, namesIn, type Principal } from './principal.ts';
import type { Actors, End, EscalationStep, EscalationTargets } from './targets.ts';

/** Steps by which a principal that gains nothing alone acts as two, of which one may widen the other; itself can be one of them. */
export function jointStepOf(principal: Principal, targets: EscalationTargets): EscalationStep | null {
  const { actors } = targets;
  if (byArnIn(actors).get(principal.arn)?.includes(principal)) return jointStepsIn(targets).get(principal) ?? null;
  const { all, able } = freeIn(targets);
  if (able.length === 0 && !mayWiden(principal)) return null;
  const next = nextOf(principal, actors);
  const stepsTo = ({ arn }: Principal, ways: ReadonlyMap<Principal, readonly Step[]>) => {
    if (arn === principal.arn) return [];
    const [first] = next.flatMap(([via, step]) => (ways.has(via) ? [[step, ...(ways.get(via) ?? [])]] : []));
    return first;
  };
  const own = listedBy([...wideningsOf([principal], all, targets), ...wideningsOf(able, [principal], targets)]);
  for (const [by, widenings] of [...wideningsIn(targets), ...own]) {
    const before = stepsTo(by, waysTo(by, actors));
    for (const widening of before === undefined ? [] : widenings) {
      const step = stepThrough(widening, before, stepsTo(widening.of, waysTo(widening.of, actors)));
      if (step !== null) return step;
    }
  }
  return null;
}

type Step = Pick<EscalationStep, 'actions' | 'on'>;

/** A step that is allowed to one principal and gives another more, and what follows. */
interface Widening extends End {
  readonly by: Principal;
  readonly of: Principal;
  readonly step: Step;
}

type Next = readonly (readonly [Principal, Step])[];

const byArnIn = keptFor(({ all }: Actors) => listed(all.map((each) => [each.arn, each] as const)));

/** As whom a principal acts by one step. */
function nextOf(from: Principal, actors: Actors): Next {
  return ESCALATION_METHODS.flatMap((method): Next => {
    const { actions, on } = method;
    if (ACTORS[on] === undefined || !mayBeAsked(method, from) || !isAnywhere(method, from)) return [];
    const named = isOfRoles(on) ? null : namesIn(from, actions[0] ?? '');
    const others = named === null ? actors.all : [...named].flatMap((arn) => byArnIn(actors).get(arn) ?? []);
    return others.flatMap((to): Next => {
      const isAnother = to.kind === ACTORS[on] && to.arn !== from.arn;
      return isAnother && leadsTo(method, from, to.arn, actors.roles)
        ? [[to, { actions, on: thingOf(to.arn, method) }]]
        : [];
    });
  });
}

/** Who of the actors acts by one step as each. */
const beforeIn = keptFor((actors: Actors) =>
  listed(actors.all.flatMap((from) => nextOf(from, actors).map(([to, step]) => [to, [from, step] as const] as const))),
);

const waysIn = keptFor((_actors: Actors) => new Map<string, ReadonlyMap<Principal, readonly Step[]>>());

/** By the fewest steps, who of the actors can act as one of them, itself at any moment included. */
function waysTo(to: Principal, actors: Actors): ReadonlyMap<Principal, readonly Step[]> {
  const known = waysIn(actors).get(to.arn);
  if (known !== undefined) return known;
  const itself = byArnIn(actors).get(to.arn) ?? [to];
  const found = new Map<Principal, readonly Step[]>(itself.map((each) => [each, []]));
  for (const [via, steps] of found) {
    for (const [from, step] of beforeIn(actors).get(via) ?? []) if (!found.has(from)) found.set(from, [step, ...steps]);
  }
  waysIn(actors).set(to.arn, found);
  return found;
}

/** Actors who gain nothing alone, and those of them who may widen any. */
const freeIn = keptFor(({ actors, others }: EscalationTargets) => {
  const all = actors.all.filter(({ kind, arn }) => !others[kind].has(arn));
  return { all, able: all.filter(mayWiden) };
});

const wideningsIn = keptFor((targets: EscalationTargets) => {
  const { all, able } = freeIn(targets);
  return listedBy(wideningsOf(able, all, targets));
});

function wideningsOf(
  who: readonly Principal[],
  whose: readonly Principal[],
  targets: EscalationTargets,
): readonly Widening[] {
  return WIDENING.flatMap((method) => {
    const { actions, on } = method;
    const able = who.filter((each) => mayBeAsked(method, each));
    if (able.length === 0) return [];
    const things = whose.flatMap((of) =>
      [...thingsOf(on, actions, of, targets).own()].map((own) => [of, ...own] as const),
    );
    return able.flatMap((by) => {
      const named = by.kind === 'group' ? null : namesIn(by, actions[0] ?? '');
      // Who may take a boundary of a lab away is not limited by it.
      const policies = WRITTEN.includes(on) ? by.unbounded() : by.policies;
      return things.flatMap(([of, arn, end]): readonly Widening[] => {
        // A policy of a group can ask for the name of a member.
        const context = by.kind === 'group' && of.kind === 'user' ? of.context : by.context;
        const isMethodAllowed = () => actions.every((action) => isAllowed({ ...by, context, policies }, action, arn));
        const isNamed = named === null || named.has(arn);
        return isNamed && isMethodAllowed() ? [{ ...end, by, of, step: { actions, on: thingOf(arn, method) } }] : [];
      });
    });
  });
}

/** By actor: steps by which it acts as two users, groups or roles, of which one may widen the other. */
const jointStepsIn = keptFor((targets: EscalationTargets) => {
  const { actors } = targets;
  const found = new Map<Principal, EscalationStep>();
  for (const [by, widenings] of wideningsIn(targets)) {
    for (const widening of widenings) {
      if (found.size === actors.all.length) return found;
      const [first, then] = [waysTo(by, actors), waysTo(widening.of, actors)];
      for (const each of (first.size < then.size ? first : then).keys()) {
        const step = found.has(each) ? null : stepThrough(widening, first.get(each), then.get(each));
        if (step !== null) found.set(each, step);
      }
    }
  }
  return found;
});

function stepThrough(
  { by, of, step, control, next }: Widening,
  before: readonly Step[] | undefined,
  then: readonly Step[] | undefined,
): EscalationStep | null {
  if (before === undefined || then === undefined) return null;
  const steps = [...before, step, ...(by === of ? [] : then)];
  return steps.reduceRight<EscalationStep | null>((left, each) => ({ ...each, control, next: left }), next);
}

function listedBy(widenings: readonly Widening[]): ReadonlyMap<Principal, readonly Widening[]> {
  return listed(widenings.map((each) => [each.by, each] as const));
}

function listed<Key, Value>(entries: readonly (readonly [Key, Value])[]): ReadonlyMap<Key, readonly Value[]> {
  const found = new Map<Key, Value[]>();
  for (const [key, value] of entries) {
    const values = found.get(key);
    if (values === undefined) found.set(key, [value]);
    else values.push(value);
  }
  return found;
}

function mayWiden(principal: Principal): boolean {
  return WIDENING.some((method) => mayBeAsked(method, principal));
}

/** As what one acts by a method. */
const ACTORS: Partial<Record<EscalationTarget, Principal['kind']>> = {
  ...{ key: 'user', join: 'group', trust: 'role', assume: 'role', pass: 'role', through: 'role' },
};

const OWN = [
  'user',
  'userLimit',
  'group',
  'groupLimit',
  'leave',
  'policy',
  'role',
  'roleLimit',
  'roleBoundary',
] as const;
const WRITTEN: readonly EscalationTarget[] = ['user', 'group', 'policy', 'role'];
const WIDENING = OWN.flatMap((on) => ESCALATION_METHODS.flatMap((each) => (each.on === on ? [{ ...each, on }] : [])));
