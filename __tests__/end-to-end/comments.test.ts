import fc from 'fast-check';
import type { AuthorizationDetails } from '../../src/aws/inventory/authorization-details.ts';
import { readAuthorizationDetails } from '../../src/aws/inventory/authorization-details.ts';
import type { Operation } from '../../src/catalog/mturk.ts';
import { reviewOf } from '../../src/review/changes/review.ts';
import { ruleFor } from '../../src/review/rule/rule.ts';
import { terminalReview } from '../../src/review/text/terminal.ts';
import { iamName } from '../../src/team/names.ts';
import type { Team } from '../../src/team/team.ts';
import { printTerminal } from '../../src/text/terminal.ts';
import { callIam } from '../emulator/clients.ts';
import { EXHAUSTIVE, sampleOf } from '../support/exhaustive.ts';
import { accountIn, canCall, fileGives, type Operations } from '../support/iam-truth.ts';
import { inTurns, withLab } from '../support/lab-in-test.ts';
import { configured, modelClassification, modelPlan } from '../support/model-plan.ts';
import { member, role } from '../support/sample-team.ts';
import {
  all,
  type Change,
  frozen,
  type LabState,
  left,
  members,
  memoryOf,
  renamedRole,
  roles,
  STATES,
  TAMPERINGS,
  type Tampering,
  TODAY,
  withoutRole,
} from '../support/tampering.ts';

const AT = new Date(`${TODAY}T12:00:00Z`);
const NONE: Operations = new Set();

/** What a pull request changes, or one that was merged and not applied. */
const CHANGES: readonly (readonly [string, Change])[] = [
  ['nothing', (team) => team],
  ['bo gets paymaster', members({ bo: { roles: ['paymaster', 'results-reader', 'task-publisher'] } })],
  ['bo gets no role', members({ bo: { roles: [] } })],
  ['bo and fay swap roles', members({ bo: { roles: ['paymaster'] }, fay: { roles: ['task-publisher'] } })],
  ['fay gets everything but bonus', members({ fay: { roles: ['everything-but-bonus', 'paymaster'] } })],
  ['fay gets full access', members({ fay: { roles: ['full-access'] } })],
  ['fay is suspended', members({ fay: { suspended: true } })],
  ['fay is not suspended', members({ fay: { suspended: false } })],
  ['cy is not suspended', members({ cy: { suspended: false } })],
  ['cy gets paymaster', members({ cy: { suspended: false, roles: ['paymaster'] } })],
  ['gus loses the Deny of a role', members({ gus: { roles: ['full-access'] } })],
  ['bo has no last day', members({ bo: { until: null } })],
  ['bo has an earlier last day', members({ bo: { until: '2026-12-31' } })],
  ['bo has a passed last day', members({ bo: { until: '2026-11-20' } })],
  ['bo begins later', members({ bo: { from: '2027-01-10' } })],
  ['fay begins later', members({ fay: { from: '2027-01-10', until: '2027-03-01' } })],
  ['fay has a last day', members({ fay: { until: '2027-02-01' } })],
  ['kim joins', members({}, member({ key: 'kim', name: 'Kim S', roles: ['paymaster'] }))],
  ['kim joins later', members({}, member({ key: 'kim', name: 'Kim S', roles: ['paymaster'], from: '2027-01-10' }))],
  ['fay leaves', left],
  ['there is a freeze', frozen],
  ['there is no freeze', (team) => ({ ...team, freeze: [] })],
  ['bonuses are frozen', (team) => ({ ...team, freeze: ['pay:bonus'] })],
  ['a role goes', withoutRole('task-publisher')],
  ['the paymaster goes', withoutRole('paymaster')],
  ['a role is renamed', renamedRole],
  ['readers delete', roles({ 'results-reader': { allow: ['GetHIT', 'DeleteHIT', 'SendBonus'] } })],
  ['readers read less', roles({ 'results-reader': { allow: ['GetHIT'] } })],
  ['paymasters get what AWS has', roles({ paymaster: { managed: ['AmazonMechanicalTurkFullAccess'] } })],
  ['paymasters pay bonuses alone', roles({ paymaster: { allow: ['SendBonus'] } })],
  ['paymasters pay no bonuses', roles({ paymaster: { deny: ['SendBonus'] } })],
  ['a Deny of a role goes', roles({ 'everything-but-bonus': { deny: [] } })],
  ['another Deny of a role', roles({ 'everything-but-bonus': { deny: ['CreateHIT'] } })],
  [
    'a new role that denies',
    all(
      roles({}, role({ key: 'careful', allow: ['GetHIT'], deny: ['SendBonus', 'CreateHIT'] })),
      members({ fay: { roles: ['careful', 'paymaster'] } }),
    ),
  ],
  [
    'a new role that gives',
    all(
      roles({}, role({ key: 'giver', allow: ['GetHIT', 'SendBonus'] })),
      members({ bo: { roles: ['giver', 'results-reader', 'task-publisher'] } }),
    ),
  ],
];
const NAMES = CHANGES.map(([name]) => name);
const changed = (team: Team, ...names: readonly string[]): Team =>
  names.reduce((one, name) => CHANGES[NAMES.indexOf(name)]?.[1](one) ?? one, team);

/** A file is one that the schema takes: no role or member twice, none that is not there. */
function isWhole({ members: people, roles: defined, departed }: Team): boolean {
  const keys = (list: readonly { readonly key: string }[]) => list.map(({ key }) => key);
  const isOnce = (list: readonly string[]) => new Set(list).size === list.length;
  return (
    isOnce(keys(people)) &&
    isOnce(keys(defined)) &&
    isOnce([...keys(people), ...keys(departed)]) &&
    people.every(
      (each) => (each.from ?? '') <= (each.until ?? '~') && each.roles.every((one) => keys(defined).includes(one)),
    ) &&
    defined.every(({ allow, managed }) => allow.length + managed.length > 0)
  );
}

interface Three {
  readonly applied: Team;
  readonly base: Team;
  readonly file: Team;
}

const minus = (one: Iterable<Operation>, other: Iterable<Operation>): readonly Operation[] => {
  const rest = new Set(other);
  return [...one].filter((each) => !rest.has(each));
};
const shown = (list: readonly Operation[]) => list.slice(0, 3).join() + (list.length > 3 ? ',…' : '');

/** Noon of today, of each first day, last day and the day after it. */
function momentsOf(...teams: readonly Team[]): readonly Date[] {
  const days = teams.flatMap((team) => team.members.flatMap(({ from, until }) => [from, until]));
  const noon = days.flatMap((day) => (day === null ? [] : [Date.parse(`${day}T12:00:00Z`)]));
  const later = [...noon, ...noon.map((time) => time + 86_400_000)].filter((time) => time > AT.getTime());
  return [AT, ...[...new Set(later)].sort((one, other) => one - other).map((time) => new Date(time))];
}

interface Account {
  readonly details: AuthorizationDetails;
  /**
   * What the user whom the record knows can do now, by the member's key; not of those with another name or in a renamed group,
   * whom no plan knows: the quick check beside it does.
   */
  readonly can: ReadonlyMap<string, Operations>;
}

/** What a comment says that is not true, or does not say. */
function falseIn({ applied, base, file }: Three, account: Account, state: LabState): readonly string[] {
  const { details } = account;
  const record = JSON.parse(memoryOf(state).record ?? 'null');
  const ids = {
    user: new Map<string, string>(Object.entries(record.ids.user)),
    group: new Map<string, string>(Object.entries(record.ids.group)),
  };
  const ruled = ruleFor({
    ...{ team: file, today: TODAY },
    account: details,
    applied: { team: record.team, begun: [], ids },
    restore: new Set(),
  });
  // No model of a plan has a role without its group.
  if (ruled.team.roles.some(({ withoutGroup }) => withoutGroup === true)) return [];
  const plan = modelPlan(ruled.team, configured(ruled.team, TODAY), configured(applied, TODAY), details.access);
  const left = (address: string) =>
    [...ruled.leftOut.members, ...ruled.leftOut.roles].some((key) => address.endsWith(`.member-${key}`));
  const classification = modelClassification(
    { ...plan, changes: plan.changes.filter(({ address }) => !left(address)) },
    details.access,
    ruled.team,
  );
  const review = reviewOf({
    ...{ before: base, after: file, applied, today: TODAY, at: AT },
    plan: { plan, classification, blocks: [], suspendedDuringApply: [], ruled },
  });
  const [title = ''] = printTerminal(terminalReview(review, { state: 'planned' }), 10_000);
  const problems: string[] = [];
  const moments = momentsOf(applied, base, file);
  const keys = new Set([...applied.members, ...base.members, ...file.members].map(({ key }) => key));
  for (const key of keys) {
    const row = review.people.find((each) => each.key === key);
    const { gained = [], lost = [] } = row?.change.operations ?? {};
    const own = review.withheld.filter((each) => each.of === 'member' && each.key === key);
    const isWithheld = own.some(({ kind }) => kind !== 'operations' && kind !== 'deny-kept');
    const withheld = new Set(own.flatMap(({ operations }) => operations));
    const of = (team: Team, at: Date) => fileGives(team, key, at);
    const ever = new Set(moments.flatMap((at) => [...of(file, at)]));
    const day = (at: Date) => at.toISOString().slice(0, 10);
    const says = (what: string, list: readonly Operation[]) => {
      if (list.length > 0) problems.push(`${key} ${what} ${shown(list)}`);
    };
    const firstOf = (team: Team) => moments.find((at) => of(team, at).size > 0);
    const first = firstOf(file);
    for (const at of moments) {
      const isNew = minus(of(file, at), NONE).filter((each) => !of(applied, at).has(each) || !of(base, at).has(each));
      const isLonger = row !== undefined && row.change.ends.before !== row.change.ends.after;
      if (at === AT || (at === first && !isLonger)) says(`on ${day(at)} gains unsaid`, minus(isNew, gained));
      else if (isNew.length > 0 && row === undefined) says(`on ${day(at)} has longer, unsaid`, isNew);
    }
    says('is said to gain and is not given', minus(gained, ever));
    // A loss is real unless the file gives it and nothing withholds or denies it.
    const denied = new Set(review.withheld.flatMap(({ kind, operations }) => (kind === 'deny-kept' ? operations : [])));
    const kept = [...of(file, AT)].filter((each) => !withheld.has(each) && !denied.has(each));
    const given = isWithheld ? NONE : new Set(kept);
    says(
      'is said to lose and is given',
      lost.filter((each) => given.has(each)),
    );
    const has = [...(account.can.get(key) ?? NONE)].filter(
      (each) => of(applied, AT).has(each) && of(base, AT).has(each),
    );
    if (row?.change.kind !== 'leaves') says('loses unsaid', minus(minus(has, ever), lost));
    if (row === undefined) continue;
    const { ends, starts } = row.change;
    const member = file.members.find((each) => each.key === key);
    if (gained.length > 0 && member !== undefined) {
      const end = member.until === null ? null : new Date(Date.parse(`${member.until}T00:00:00Z`) + 86_400_000);
      if ((ends.after ?? null) !== (end?.toISOString() ?? null))
        problems.push(`${key} ends ${ends.after} in place of ${member.until}`);
      const start = member.from !== null && member.from > TODAY ? `${member.from}T00:00:00.000Z` : null;
      if (starts.after !== start) problems.push(`${key} starts ${starts.after} in place of ${member.from}`);
    }
  }
  // A policy that someone holds is emptied in place of being deleted.
  const isHeld = review.unexplained.some(({ difference }) => difference?.kind === 'policy-deleted');
  if (base === applied && !isHeld)
    for (const { kind, address, difference } of review.unexplained)
      if (kind === 'not-in-files' || kind === 'not-in-plan')
        problems.push(`${kind}: ${address ?? JSON.stringify(difference)}`);
  if (/nothing changes|only descriptive/.test(title) && review.people.length > 0)
    problems.push('the title hides people');
  return problems.map((each) => `${each} (${title})`);
}

interface Case {
  readonly state: LabState;
  readonly tampering: Tampering;
}

const RECORDED = STATES.filter(
  ({ isRecorded, begun, file, applied }) => isRecorded && begun === null && file === applied,
);
const CASES: readonly Case[] = RECORDED.flatMap((state) => [
  { state, tampering: { what: 'nothing', done: async () => {} } },
  ...TAMPERINGS.map((tampering) => ({ state, tampering })),
]);

const pairs = fc.tuple(
  fc.array(fc.constantFrom(...NAMES), { maxLength: 2 }),
  fc.array(fc.constantFrom(...NAMES), { minLength: 1, maxLength: 2 }),
);
const TRIED = Number(process.env.COMMENTS ?? 6);

async function falseComments({ state, tampering }: Case, seed: number): Promise<readonly string[]> {
  return withLab(memoryOf(state), async (test) => {
    test.setClock(AT.toISOString());
    const { iam } = test.lab(state.applied);
    for (const [call, input] of state.more) await callIam(iam, call, input);
    const idOf = new Map(Object.values(test.memory.account.users).map(({ id, name }) => [name, id]));
    await tampering.done({ iam, endpoint: test.emulator.endpoint, wait: () => {} }).catch(() => {});
    const details = await readAuthorizationDetails(iam, state.applied.account);
    const model = accountIn(test.memory.account);
    const keyOfId = new Map(state.applied.members.map(({ key }) => [idOf.get(iamName(state.applied.lab, key)), key]));
    const groups = new Set(state.applied.roles.map(({ key }) => iamName(state.applied.lab, key)));
    const can = new Map(
      Object.values(test.memory.account.users).flatMap(({ id, name }) => {
        const [key, user] = [keyOfId.get(id), model.users.find((each) => each.name === name)];
        const isKnown =
          user !== undefined && idOf.get(user.name) === id && user.groups.every((group) => groups.has(group));
        return key === undefined || !isKnown ? [] : [[key, canCall(model, user, AT)] as const];
      }),
    );
    const account = { details, can };
    return fc.sample(pairs, { numRuns: TRIED, seed }).flatMap(([before, after]) => {
      const base = changed(state.applied, ...before);
      const file = changed(base, ...after);
      if (!isWhole(base) || !isWhole(file)) return [];
      let found: readonly string[];
      try {
        found = falseIn({ applied: state.applied, base, file }, account, state);
      } catch (error) {
        found = [`${(error as Error).stack}`];
      }
      return found.map((each) => `${state.what}; ${tampering.what}; merged: ${before}; asked: ${after}: ${each}`);
    });
  });
}

test(
  'a comment says who gets what, whatever was merged before and someone did in AWS',
  async () => {
    const problems: string[] = [];
    await inTurns(sampleOf(CASES, 8), async (each) => {
      problems.push(...(await falseComments(each, CASES.indexOf(each))));
    });
    expect(problems).toEqual([]);
  },
  EXHAUSTIVE ? 3_600_000 : 60_000,
);
