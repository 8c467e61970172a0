import { desiredAccess } from '../src/access/sources/desired.ts';
import { OPERATIONS, operationsOf } from '../src/catalog/mturk.ts';
import { ruleFor } from '../src/review/rule/rule.ts';
import { appliedTeam } from '../src/team/applied-team.ts';
import type { Role, Team } from '../src/team/team.ts';
import { benchTeam } from './synth-team.ts';

export interface RuleFigures {
  readonly members: number;
  /** Milliseconds for all members, and for a quarter of them. */
  readonly allMs: number;
  readonly quarterMs: number;
  readonly ratio: number;
  /** Four for a time that is proportional to the members. */
  readonly limit: 6;
}

const DAY = '2026-11-25';
const ROLES: readonly Role[] = (['results:read', 'hits:publish', 'pay:bonus'] as const).map((capability) => ({
  ...{ key: capability.replace(':', '-'), description: null, extends: [], managed: [] },
  ...{ allow: operationsOf(capability), deny: [] },
}));

/** Decides an apply that moves every member to another role, in an account where every third is denied something by hand. */
export function benchRule(members: number): RuleFigures {
  msOf(members / 4);
  const [quarterMs, allMs] = [msOf(members / 4), msOf(members)];
  return { members, allMs, quarterMs, ratio: allMs / quarterMs, limit: 6 };
}

function msOf(count: number): number {
  const teamIn = (first: number): Team =>
    benchTeam(count, ROLES, (index) => {
      return { roles: [ROLES[(index + first) % ROLES.length]?.key ?? ''], until: null, suspended: false };
    });
  const [before, team] = [teamIn(0), teamIn(1)];
  const model = desiredAccess(before, DAY);
  const Statement = [{ Effect: 'Deny' as const, Action: `mechanicalturk:${OPERATIONS[0]}`, Resource: '*' }];
  const stop = { name: 'stop', document: { Version: '2012-10-17', Statement } };
  const users = model.users.map((user, index) =>
    index % 3 === 0 ? { ...user, inline: [...user.inline, stop] } : user,
  );
  const idsOf = (entities: readonly { readonly name: string }[]) => new Map(entities.map(({ name }) => [name, name]));
  const ids = { user: idsOf(users), group: idsOf(model.groups) };
  const applied = { team: appliedTeam(before, DAY), begun: [], ids };
  const started = performance.now();
  const ruled = ruleFor({
    team,
    today: DAY,
    applied,
    account: { access: { ...model, users }, ids },
    restore: new Set(),
  });
  const ms = performance.now() - started;
  const denied = ruled.team.members.filter(({ keptDenies = [] }) => keptDenies.length > 0).length;
  if (denied !== Math.ceil(count / 3)) throw new Error(`the Denies of ${denied} of ${count} members are kept`);
  return ms;
}
