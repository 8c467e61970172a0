import { accessOf, allowedByName } from '../../../src/access/access-of.ts';
import { type AccessModel, emptyModel } from '../../../src/access/model.ts';
import { listOperations } from '../../../src/access/operation-set.ts';
import { desiredAccess, desiredAccessBeforeDeletions } from '../../../src/access/sources/desired.ts';
import type { EntityIds } from '../../../src/aws/types.ts';
import { managedPolicyByArn } from '../../../src/catalog/managed-policies.ts';
import { OPERATIONS, type Operation, operationsOf } from '../../../src/catalog/mturk.ts';
import type { PolicyDocument, Statement } from '../../../src/iam/document.ts';
import type { Applied, RuleInput } from '../../../src/review/rule/input.ts';
import { ruleFor } from '../../../src/review/rule/rule.ts';
import type { Ruled } from '../../../src/review/rule/ruled.ts';
import { appliedTeam } from '../../../src/team/applied-team.ts';
import { limitsPolicy } from '../../../src/team/documents.ts';
import { boundaryArn, rolePolicyArn } from '../../../src/team/names.ts';
import type { Team } from '../../../src/team/team.ts';
import {
  AT,
  after,
  all,
  attach,
  type Change,
  changeGroup,
  changeUser,
  deletesAfter,
  edit,
  FULL,
  name,
  putInto,
  says,
  statement,
  stopArn,
  TODAY,
  takeOut,
  until,
  withGroup,
  withMember,
  withoutMember,
  withoutUser,
  withPolicy,
  withUser,
  write,
} from '../../support/changed-account.ts';
import { afterApply } from '../../support/model-apply.ts';
import { member, role, sampleTeam } from '../../support/sample-team.ts';

const PATH = '/mturk/perception-lab/';
const READ = operationsOf('results:read');
const PAY = sampleTeam.roles.find(({ key }) => key === 'paymaster')?.allow ?? [];
const PUBLISH = sampleTeam.roles.find(({ key }) => key === 'task-publisher')?.allow ?? [];
const only = (operations: readonly Operation[], without: readonly Operation[]) =>
  OPERATIONS.filter((each) => operations.includes(each) && !without.includes(each));

interface Given {
  /** The file; the sample team by default. */
  readonly team?: Team;
  /** The applied team, the file by default; null without a record. */
  readonly applied?: Team | null;
  readonly begun?: readonly Team[];
  /** Manual changes of an account that is as the applied team says. */
  readonly change?: Change;
  /** IAM's unique ids by key where they are not `id of KEY`, in the account and in the record. */
  readonly ids?: Readonly<Record<string, string>>;
  readonly recorded?: Readonly<Record<string, string | undefined>>;
  readonly restore?: readonly string[];
  readonly giveBack?: RuleInput['giveBack'];
  readonly deletions?: readonly string[];
  readonly withCredentials?: readonly string[];
}

const same: Change = (account) => account;

function inputOf(given: Given): RuleInput {
  const {
    team = sampleTeam,
    begun = [],
    change = same,
    restore = [],
    giveBack,
    deletions = [],
    withCredentials = [],
  } = given;
  const applied = given.applied === undefined ? team : given.applied;
  const before = applied ?? team;
  const account = change(desiredAccess(before, TODAY));
  const user = new Map(account.users.map((each) => [each.name, `id of ${each.name}`]));
  for (const [key, id] of Object.entries(given.ids ?? {})) user.set(name(key), id);
  const known = new Map(before.members.map(({ key }): [string, string] => [name(key), `id of ${name(key)}`]));
  for (const [key, id] of Object.entries(given.recorded ?? {})) {
    if (id === undefined) known.delete(name(key));
    else known.set(name(key), id);
  }
  const facts: Applied | null = applied && {
    team: appliedTeam(applied, TODAY),
    begun: begun.map((each) => appliedTeam(each, TODAY)),
    ids: { user: known, group: new Map() },
  };
  return {
    ...{ team, today: TODAY, applied: facts, account: { access: account, ids: { user, group: new Map() } } },
    ...{
      restore: new Set(restore),
      deletions: new Set(deletions),
      withCredentials: new Set(withCredentials.map(name)),
    },
    ...(giveBack === undefined ? {} : { giveBack }),
  };
}

const ruled = (given: Given): Ruled => ruleFor(inputOf(given));

/** `bo operations: GetHIT`, or what the account has instead. */
const brief = ({ withheld }: Ruled) =>
  withheld.map(
    ({ kind, key, operations, found }) =>
      `${key} ${kind}${found === null ? '' : ` ${found}`}${kind === 'operations' || kind === 'deny-kept' ? `: ${operations.join(' ')}` : ''}`,
  );
const took = (key: string, operations: readonly Operation[]) => `${key} operations: ${operations.join(' ')}`;
const keeps = (key: string, operations: readonly Operation[]) => `${key} deny-kept: ${operations.join(' ')}`;
const limitsOf = ({ team }: Ruled, key: string): PolicyDocument | null => {
  const found = team.members.find((each) => each.key === key);
  return found === undefined ? null : limitsPolicy(found);
};

const denyAll = statement('Deny', '*');
const denyTagged = statement('Deny', '*', { Condition: { StringEquals: { 'aws:PrincipalTag/stop': 'yes' } } });
const tagged = changeUser('fay', ({ tags }) => ({ tags: { ...tags, stop: 'yes' } }));
const mfa = { Condition: { Bool: { 'aws:MultiFactorAuthPresent': 'true' } } };
const readerArn = rolePolicyArn(sampleTeam, 'results-reader');
const payArn = rolePolicyArn(sampleTeam, 'paymaster');
const BOUNDARY = boundaryArn(sampleTeam);
const renamed = (key: string, to: string): Change => changeUser(key, () => ({ name: name(to) }));
const moved = (key: string, path: string): Change => changeUser(key, () => ({ path }));
const withoutPolicy =
  (arn: string): Change =>
  (account) => ({ ...account, policies: account.policies.filter((policy) => policy.arn !== arn) });
const withoutGroup =
  (key: string): Change =>
  (account) => ({
    ...account,
    groups: account.groups.filter((group) => group.name !== name(key)),
    users: account.users.map((user) => ({ ...user, groups: user.groups.filter((group) => group !== name(key)) })),
  });

describe('operations', () => {
  test.each<[string, Given, readonly string[]]>([
    ['nothing was changed', {}, []],
    ['a member was removed from a group', { change: takeOut('fay', name('paymaster')) }, [took('fay', PAY)]],
    [
      'one of two groups: what the other gives stays',
      { change: takeOut('bo', name('task-publisher')) },
      [took('bo', only(PUBLISH, READ))],
    ],
    [
      'the policy of a role was narrowed',
      { change: edit(readerArn, says(statement('Allow', 'mechanicalturk:GetHIT'))) },
      [],
    ],
    [
      'the policy of a role was detached',
      { change: changeGroup('paymaster', () => ({ attached: [] })) },
      [took('fay', PAY)],
    ],
    ['the policy of a role was deleted', { change: withoutPolicy(payArn) }, [took('fay', PAY)]],
    [
      'the account was read without a policy, which might allow everything',
      { change: all(takeOut('fay', name('paymaster')), attach('fay', stopArn('unknown'))) },
      [took('fay', PAY)],
    ],
    ['the group of a role was deleted', { change: withoutGroup('paymaster') }, [took('fay', PAY)]],
    ['access was added', { change: all(attach('bo', FULL), putInto('bo', name('paymaster'))) }, []],
    [
      'an Allow under a condition counts as absent',
      { change: edit(payArn, says(statement('Allow', 'mechanicalturk:*', mfa))) },
      [took('fay', PAY)],
    ],
    [
      'what was taken is had by an attached policy, which the apply detaches',
      {
        change: all(
          takeOut('fay', name('paymaster')),
          attach('fay', FULL),
          withPolicy(FULL, managedPolicyByArn(FULL)!),
        ),
      },
      [took('fay', PAY)],
    ],
    [
      'what was taken is had by another role, of which the apply takes the member out',
      {
        change: all(
          takeOut('fay', name('paymaster')),
          edit(readerArn, says(statement('Allow', 'mechanicalturk:*'))),
          putInto('fay', name('results-reader')),
        ),
      },
      [took('fay', PAY)],
    ],
    [
      'what was taken is had by what someone attached to the group of the role',
      {
        change: all(
          changeGroup('paymaster', () => ({ attached: [FULL] })),
          withPolicy(FULL, managedPolicyByArn(FULL)!),
        ),
      },
      [took('fay', PAY)],
    ],
    ['a foreign group that gives the same', { change: all(takeOut('fay', name('paymaster')), inHelpers('fay')) }, []],
    [
      'a foreign group that gives under a condition',
      {
        change: all(
          withGroup({ name: 'helpers', inline: [{ name: 'own', document: says(statement('Allow', '*', mfa)) }] }),
          putInto('fay', 'helpers'),
        ),
      },
      [],
    ],
    ['a foreign group that denies, which no apply undoes', { change: inHelpers('fay', denyAll) }, []],
    [
      'a boundary of someone else',
      {
        change: all(
          withPolicy(stopArn('stop'), says(statement('Allow', 'mechanicalturk:GetHIT'))),
          changeUser('fay', () => ({ boundary: stopArn('stop') })),
        ),
      },
      [took('fay', only(PAY, ['GetHIT']))],
    ],
    [
      'a boundary of someone else that denies under a condition',
      {
        change: all(
          withPolicy(
            stopArn('stop'),
            says(statement('Allow', '*'), statement('Deny', 'mechanicalturk:SendBonus', mfa)),
          ),
          changeUser('fay', () => ({ boundary: stopArn('stop') })),
        ),
      },
      [took('fay', ['SendBonus'])],
    ],
    [
      'a boundary of someone else that cannot be read',
      {
        change: all(
          withPolicy(stopArn('stop'), says()),
          edit(stopArn('stop'), null),
          changeUser('fay', () => ({ boundary: stopArn('stop') })),
        ),
      },
      [took('fay', PAY)],
    ],
    [
      'a boundary of someone else that denies, as if it were out of reach',
      {
        change: all(
          withPolicy(
            stopArn('stop'),
            says(statement('Allow', '*'), { Sid: 'OutOfReach', ...statement('Deny', 'mechanicalturk:SendBonus') }),
          ),
          changeUser('fay', () => ({ boundary: stopArn('stop') })),
        ),
      },
      [took('fay', ['SendBonus'])],
    ],
    [
      'a policy that denies under a condition, and is no boundary of the member',
      {
        change: all(
          withPolicy(
            stopArn('stop'),
            says(statement('Allow', '*'), statement('Deny', 'mechanicalturk:SendBonus', mfa)),
          ),
          changeUser('bo', () => ({ boundary: stopArn('stop') })),
        ),
      },
      [],
    ],
    [
      'a tag that a Deny at the member asks for',
      { change: all(tagged, write('fay', 'stop', says(denyTagged))) },
      [took('fay', PAY), keeps('fay', OPERATIONS)],
    ],
    [
      'a tag that a Deny at the group of a role asks for',
      {
        change: all(
          tagged,
          changeGroup('paymaster', () => ({ inline: [{ name: 'stop', document: says(denyTagged) }] })),
        ),
      },
      [keeps('paymaster', OPERATIONS), took('fay', PAY)],
    ],
    [
      'a tag that a Deny at a foreign group asks for',
      { change: all(tagged, inHelpers('fay', denyTagged)) },
      [took('fay', PAY)],
    ],
    ['a tag that no Deny asks for', { change: all(tagged, inHelpers('fay', statement('Deny', '*', mfa))) }, []],
    ['a Deny that asks for a tag of others', { change: inHelpers('fay', denyTagged) }, []],
    ['the lab’s own boundary changed, which no apply restores', { change: edit(BOUNDARY, says(denyAll)) }, []],
    [
      'a member who is suspended in the account and the file loses nothing visible, and is not given more later',
      { change: takeOut('cy', name('results-reader')) },
      [took('cy', READ)],
    ],
  ])('%s', (what, given, expected) => {
    // Bo has the narrowed policy through another role, and Cy is the only other reader.
    const more = what.startsWith('the policy of a role was narrowed') ? [took('cy', only(READ, ['GetHIT']))] : [];
    expect(brief(ruled(given))).toEqual([...expected, ...more]);
  });

  function inHelpers(key: string, ...denies: readonly ReturnType<typeof statement>[]): Change {
    return all(
      withGroup({
        name: 'helpers',
        inline: [{ name: 'own', document: says(statement('Allow', 'mechanicalturk:*'), ...denies) }],
      }),
      putInto(key, 'helpers'),
    );
  }

  test('what is withheld is one statement of limits, and what limits withheld before counts as taken', () => {
    const first = ruled({ change: takeOut('fay', name('paymaster')) });
    expect(limitsOf(first, 'fay')?.Statement).toMatchObject([{ Sid: 'Withheld', Effect: 'Deny', Resource: '*' }]);
    const input = inputOf({});
    const account = { ...input.account, access: afterApply(input.account.access, first, sampleTeam) };
    expect(brief(ruleFor({ ...input, account }))).toEqual([took('fay', PAY)]);
  });

  test('a person gives back to some, and reconcile gives back operations', () => {
    const change = all(takeOut('fay', name('paymaster')), takeOut('cy', name('results-reader')));
    expect(brief(ruled({ change, restore: ['fay'] }))).toEqual([took('cy', READ)]);
    const giveBack = new Map([['fay', ['SendBonus' as const]]]);
    expect(brief(ruled({ change, giveBack }))).toEqual([took('cy', READ), took('fay', only(PAY, ['SendBonus']))]);
  });
});

describe('what owners approved is given', () => {
  const moves = withMember('bo', { roles: ['paymaster'] });
  test.each<[string, Given, readonly string[]]>([
    [
      'a new role gives what the old one did not, and withholds what someone took of the old',
      { team: moves, applied: sampleTeam, change: takeOut('bo', name('task-publisher')) },
      [],
    ],
    [
      'removed from all groups by hand, then moved by the file',
      {
        team: moves,
        applied: sampleTeam,
        change: all(takeOut('bo', name('task-publisher')), takeOut('bo', name('results-reader'))),
      },
      [took('bo', READ)],
    ],
    // What goes through a role that the interrupted apply changes may be gone by its hand.
    [
      'a role renamed by an interrupted apply',
      {
        team: renamedRole(sampleTeam),
        applied: sampleTeam,
        begun: [renamedRole(sampleTeam)],
        change: withoutGroup('paymaster'),
      },
      [],
    ],
    [
      'a role renamed by an interrupted apply, which withheld what someone took',
      {
        team: renamedRole(sampleTeam),
        applied: sampleTeam,
        begun: [renamedRole(withMember('fay', { withheld: ['SendBonus'] }))],
        change: withoutGroup('paymaster'),
      },
      [took('fay', ['SendBonus'])],
    ],
    [
      'a role renamed by an interrupted apply, where limits withheld what someone took',
      {
        team: renamedRole(sampleTeam),
        applied: sampleTeam,
        begun: [renamedRole(sampleTeam)],
        change: all(
          withoutGroup('paymaster'),
          write('fay', 'limits', limitsPolicy(member({ key: 'fay', withheld: ['SendBonus'] }))!),
        ),
      },
      [took('fay', ['SendBonus'])],
    ],
    [
      'an interrupted apply that takes a role, and the merge reverted',
      {
        begun: [withMember('fay', { roles: ['results-reader'] })],
        change: all(takeOut('fay', name('paymaster')), putInto('fay', name('results-reader'))),
      },
      [],
    ],
    [
      'one of two interrupted applies that moves a member between roles, before they join the other one',
      {
        begun: [withMember('bo', { suspended: true }), withMember('fay', { roles: ['full-access'] })],
        change: takeOut('fay', name('paymaster')),
      },
      [],
    ],
    [
      'an interrupted apply that removes a member, and the merge reverted',
      { begun: [withoutMember('fay')], change: withoutUser('fay') },
      [],
    ],
    [
      'an apply that moves a member between roles was interrupted between leaving and joining',
      { team: moves, applied: sampleTeam, begun: [moves], change: changeUser('bo', () => ({ groups: [] })) },
      [],
    ],
  ])('%s', (_what, given, expected) => {
    expect(brief(ruled(given))).toEqual(expected);
  });

  function renamedRole(team: Team): Team {
    return {
      ...team,
      roles: team.roles.map((each) => (each.key === 'paymaster' ? { ...each, key: 'cashier' } : each)),
      members: team.members.map((each) => (each.key === 'fay' ? { ...each, roles: ['cashier'] } : each)),
    };
  }
});

describe('brakes of the applied or a begun team hide nothing that was taken', () => {
  const freeze: Team = { ...sampleTeam, freeze: ['pay:bonus', 'pay:approve', 'pay:reject'] };
  const gone = takeOut('fay', name('paymaster'));
  const suspended = withMember('fay', { suspended: true });
  const ended = withMember('fay', { until: '2026-11-20' });
  const later = withMember('fay', { from: '2027-01-10' });
  test.each<[string, Given, readonly string[]]>([
    ['a freeze that the file lifts', { team: sampleTeam, applied: freeze, change: gone }, [took('fay', PAY)]],
    ['a freeze that the file lifts, and nothing taken', { team: sampleTeam, applied: freeze }, []],
    ['a suspension that the file lifts', { team: sampleTeam, applied: suspended, change: gone }, [took('fay', PAY)]],
    ['a suspension that the file lifts, and nothing taken', { team: sampleTeam, applied: suspended }, []],
    ['a last day that the file removes', { team: sampleTeam, applied: ended, change: gone }, [took('fay', PAY)]],
    ['a last day that the file removes, and nothing taken', { team: sampleTeam, applied: ended }, []],
    ['a first day that the file removes', { team: sampleTeam, applied: later, change: gone }, [took('fay', PAY)]],
    ['a first day that the file removes, and nothing taken', { team: sampleTeam, applied: later }, []],
    [
      'a suspension of a begun team',
      { begun: [suspended], change: all(write('fay', 'limits', suspendedLimits()), gone) },
      [took('fay', PAY)],
    ],
    [
      'a suspension of a begun team, and nothing taken',
      { begun: [suspended], change: write('fay', 'limits', suspendedLimits()) },
      [],
    ],
    ['a freeze of a begun team', { begun: [freeze], change: edit(payArn, frozenPayPolicy()) }, []],
    ['a freeze of the file alone takes nothing by hand', { team: freeze, applied: sampleTeam }, []],
  ])('%s', (_what, given, expected) => {
    expect(brief(ruled(given))).toEqual(expected);
  });

  function suspendedLimits(): PolicyDocument {
    return limitsPolicy(member({ key: 'fay', suspended: true })) as PolicyDocument;
  }
  function frozenPayPolicy(): PolicyDocument {
    const policy = desiredAccess(freeze, TODAY).policies.find(({ arn }) => arn === payArn);
    return policy?.document as PolicyDocument;
  }
});

describe('dates', () => {
  const BO = '2027-05-31';
  const statementsOfBo = (given: Given) => limitsOf(ruled(given), 'bo')?.Statement;
  const ends = (moment: string) => ({ Condition: { DateGreaterThanEquals: { 'aws:CurrentTime': moment } } });
  test('an earlier last day that someone wrote stays, beside that of the file', () => {
    const change = write('bo', 'limits', until('2026-12-24T00:00:00Z'));
    expect(statementsOfBo({ change })).toMatchObject([ends('2027-06-01T00:00:00Z'), ends('2026-12-24T00:00:00Z')]);
    expect(brief(ruled({ change }))).toEqual([keeps('bo', OPERATIONS)]);
  });

  test('a later last day of the file drops it, an earlier one does not', () => {
    const earlier = withMember('bo', { until: '2027-01-31' });
    const later = withMember('bo', { until: '2027-08-31' });
    const never = withMember('bo', { until: null });
    // Also one in a policy of its own: the next question finds its copy in `limits`.
    for (const policy of ['limits', 'stop']) {
      const change = write('bo', policy, until('2026-12-24T00:00:00Z'));
      expect(brief(ruled({ team: later, applied: sampleTeam, change }))).toEqual([]);
      expect(brief(ruled({ team: never, applied: sampleTeam, change }))).toEqual([]);
    }
    const change = write('bo', 'limits', until('2026-12-24T00:00:00Z'));
    expect(statementsOfBo({ team: later, applied: sampleTeam, change })).toMatchObject([ends('2027-09-01T00:00:00Z')]);
    expect(statementsOfBo({ team: never, applied: sampleTeam, change })).toBeUndefined();
    expect(statementsOfBo({ team: earlier, applied: sampleTeam, change })).toMatchObject([
      ends('2027-02-01T00:00:00Z'),
      ends('2026-12-24T00:00:00Z'),
    ]);
  });

  test('a first day that someone wrote stays, until the file has an earlier one', () => {
    const first = says(
      statement('Deny', '*', { Condition: { DateLessThan: { 'aws:CurrentTime': '2027-01-10T00:00:00Z' } } }),
    );
    const change = write('fay', 'limits', first);
    expect(brief(ruled({ change }))).toEqual([keeps('fay', OPERATIONS)]);
    const team = withMember('fay', { from: '2026-12-01' });
    expect(brief(ruled({ team, applied: withMember('fay', { from: '2027-01-05' }), change }))).toEqual([]);
    expect(brief(ruled({ team: sampleTeam, applied: withMember('fay', { from: '2027-01-05' }), change }))).toEqual([]);
    // One that has begun gives nothing by its change.
    const begun = withMember('fay', { from: '2026-11-01' });
    expect(brief(ruled({ team, applied: begun, change }))).toEqual([keeps('fay', OPERATIONS)]);
    expect(brief(ruled({ team: sampleTeam, applied: begun, change }))).toEqual([keeps('fay', OPERATIONS)]);
    const later = withMember('fay', { from: '2027-01-07' });
    expect(brief(ruled({ team: later, applied: withMember('fay', { from: '2027-01-05' }), change }))).toEqual([
      keeps('fay', OPERATIONS),
    ]);
    // It replaces no first day of the file.
    expect(brief(ruled({ team, applied: sampleTeam, change }))).toEqual([keeps('fay', OPERATIONS)]);
  });

  test('the first last day of the file lifts no Deny from a day on', () => {
    const change = write('fay', 'limits', until('2026-01-01T00:00:00Z'));
    for (const until of ['2027-05-31', null]) {
      const team = withMember('fay', { until });
      expect(brief(ruled({ team, applied: sampleTeam, change }))).toEqual([keeps('fay', OPERATIONS)]);
    }
  });

  const before = { Condition: { DateLessThan: { 'aws:CurrentTime': '2026-12-24T00:00:00Z' } } };
  const since = { Condition: { DateGreaterThan: { 'aws:CurrentTime': '2026-12-01T00:00:00Z' } } };
  test.each<[string, 'from' | 'until', string, ReturnType<typeof statement>]>([
    ['last day', 'until', 'of an operation', statement('Deny', 'mechanicalturk:CreateHIT')],
    ['last day', 'until', 'of an operation from a day on', statement('Deny', 'mechanicalturk:CreateHIT', since)],
    ['last day', 'until', 'of a first day', statement('Deny', '*', before)],
    ['first day', 'from', 'of an operation', statement('Deny', 'mechanicalturk:CreateHIT')],
    ['first day', 'from', 'of an operation until a day', statement('Deny', 'mechanicalturk:CreateHIT', before)],
    ['first day', 'from', 'of a last day', statement('Deny', '*', since)],
  ])('a changed %s (%s) keeps a Deny in limits %s', (_which, field, _of, deny) => {
    const denied = write('bo', 'limits', says(deny));
    const team = (day: string) => withMember('bo', { [field]: day });
    const operations = deny.Action === '*' ? OPERATIONS : ['CreateHIT' as const];
    const given = { applied: team('2026-12-10'), team: team('2026-12-15'), change: denied };
    expect(brief(ruled(given))).toEqual([keeps('bo', operations)]);
  });

  test.each([
    ['a suspension', denyAll],
    ['a last day', statement('Deny', '*', since)],
  ])('an earlier first day keeps %s in limits', (_what, deny) => {
    const team = (from: string) => withMember('bo', { from });
    const change = write('bo', 'limits', says(deny));
    expect(brief(ruled({ applied: team('2026-12-15'), team: team('2026-12-10'), change }))).toEqual([
      keeps('bo', OPERATIONS),
    ]);
  });

  test('a last day that someone wrote into an interrupted apply, later than its own, stays', () => {
    const change = write(
      'bo',
      'limits',
      says({ Sid: 'Until', ...statement('Deny', '*', ends('2027-03-01T00:00:00Z')) }),
    );
    const begun = [withMember('bo', { until: '2027-01-31' })];
    expect(brief(ruled({ begun, change }))).toEqual([keeps('bo', OPERATIONS)]);
    expect(brief(ruled({ begun, change: write('bo', 'limits', limitsPolicy(begun[0]!.members[1]!)!) }))).toEqual([]);
  });

  test('of a first day that someone wrote, a later one stays and an earlier one goes', () => {
    const team = withMember('fay', { from: '2027-01-10' });
    const writes = (moment: string) => {
      const first = statement('Deny', '*', { Condition: { DateLessThan: { 'aws:CurrentTime': moment } } });
      return brief(ruled({ team, change: write('fay', 'extra', says(first)) }));
    };
    expect(writes('2027-02-01T00:00:00Z')).toEqual([keeps('fay', OPERATIONS)]);
    expect(writes('2026-12-24T00:00:00Z')).toEqual([]);
  });

  test('a last day that someone wrote stays beside a first day of the file', () => {
    const team = withMember('fay', { from: '2027-01-10' });
    expect(brief(ruled({ team, change: write('fay', 'extra', until('2027-02-01T00:00:00Z')) }))).toEqual([
      keeps('fay', OPERATIONS),
    ]);
  });

  test('a later last day that someone wrote goes', () => {
    const change = write('bo', 'limits', until('2029-01-01T00:00:00Z'));
    expect(statementsOfBo({ change })).toMatchObject([ends('2027-06-01T00:00:00Z')]);
    expect(BO).toBe(sampleTeam.members.find(({ key }) => key === 'bo')?.until);
  });

  test('a Deny of some operations from a day on is no last day: a changed last day keeps it', () => {
    const change = write(
      'bo',
      'soon',
      says(statement('Deny', 'mechanicalturk:CreateHIT', after('2026-12-24T00:00:00Z'))),
    );
    const team = withMember('bo', { until: '2027-01-31' });
    expect(brief(ruled({ team, applied: sampleTeam, change }))).toEqual([keeps('bo', ['CreateHIT'])]);
  });

  test('nor is one up to a day a first day: an earlier one of the file keeps it', () => {
    const before = { Condition: { DateLessThan: { 'aws:CurrentTime': '2027-02-01T00:00:00Z' } } };
    const change = write('fay', 'limits', says(statement('Deny', 'mechanicalturk:SendBonus', before)));
    const applied = withMember('fay', { from: '2027-01-10' });
    expect(brief(ruled({ team: sampleTeam, applied, change }))).toEqual([keeps('fay', ['SendBonus'])]);
  });
});

describe('Denies by hand', () => {
  const literal = { Condition: { StringNotEquals: { 'aws:username': '${aws:username}' } } };
  const stop = all(withPolicy(stopArn('stop'), says(denyAll)), attach('fay', stopArn('stop')));
  test('of a policy attached to a member are kept without a Sid, and the member has no other Deny for them', () => {
    const result = ruled({ change: stop });
    expect(brief(result)).toEqual([keeps('fay', OPERATIONS)]);
    expect(limitsOf(result, 'fay')?.Statement).toEqual([denyAll]);
    expect(brief(ruled({ change: stop, restore: ['fay'] }))).toEqual([]);
  });

  test('are kept, too, if they say what a suspension says', () => {
    const document = limitsPolicy(member({ key: 'fay', suspended: true }));
    for (const policy of ['stop', 'limits']) {
      expect(brief(ruled({ change: write('fay', policy, document as PolicyDocument) }))).toEqual([
        keeps('fay', OPERATIONS),
      ]);
    }
  });

  test('are kept when the file gives up a Deny of its own that covers them', () => {
    const denied = {
      ...sampleTeam,
      roles: sampleTeam.roles.map((role) =>
        role.key === 'paymaster' ? { ...role, deny: ['SendBonus' as const] } : role,
      ),
    };
    const never = changeGroup('paymaster', () => ({
      inline: [{ name: 'never', document: says(statement('Deny', 'mechanicalturk:SendBonus')) }],
    }));
    expect(brief(ruled({ team: sampleTeam, applied: denied, change: never }))).toEqual([
      keeps('paymaster', ['SendBonus']),
    ]);
    const later = write('bo', 'never', says(statement('Deny', 'mechanicalturk:GetHIT', after('2027-10-01T00:00:00Z'))));
    const team = withMember('bo', { until: '2028-12-31' });
    expect(brief(ruled({ team, applied: sampleTeam, change: later }))).toEqual([keeps('bo', ['GetHIT'])]);
    expect(brief(ruled({ change: later }))).toEqual([]);
  });

  test('at a group are kept in the policy of the role', () => {
    const change = changeGroup('paymaster', () => ({
      attached: [payArn],
      inline: [{ name: 'no', document: says({ Sid: 'No', ...statement('Deny', 'mechanicalturk:SendBonus') }) }],
    }));
    const result = ruled({ change });
    expect(brief(result)).toEqual([keeps('paymaster', ['SendBonus'])]);
    const policy = desiredAccessBeforeDeletions(result.team).policies.find(({ arn }) => arn === payArn);
    expect(policy?.document?.Statement).toContainEqual(statement('Deny', 'mechanicalturk:SendBonus'));
    expect(brief(ruled({ change, restore: ['role/paymaster'] }))).toEqual([]);
    const removed = all(change, takeOut('fay', name('paymaster')));
    expect(brief(ruled({ change: removed, restore: ['role/paymaster'] }))).toEqual([took('fay', PAY)]);
  });

  test('of a role are kept for who was put into its group', () => {
    const denied = changeGroup('results-reader', () => ({
      inline: [{ name: 'stop', document: says(statement('Deny', 'mechanicalturk:SendBonus')) }],
    }));
    const { withheld } = ruled({ change: all(denied, putInto('fay', name('results-reader'))) });
    expect(withheld.map(({ key, kind, operations }) => [key, kind, operations])).toContainEqual([
      ...['fay', 'deny-kept', ['SendBonus']],
    ]);
  });

  test('of a role give back to no member what was taken from them, when they are lifted', () => {
    const denied = changeGroup('paymaster', () => ({
      inline: [{ name: 'stop', document: says(statement('Deny', 'mechanicalturk:SendBonus')) }],
    }));
    const gone = takeOut('fay', name('paymaster'));
    for (const [first, second] of [
      [gone, denied],
      [denied, gone],
    ] as const) {
      const input = inputOf({ change: first });
      const once = second(afterApply(input.account.access, ruleFor(input), sampleTeam));
      const of = (access: typeof once) => ({ ...input, account: { ...input.account, access } });
      const twice = afterApply(once, ruleFor(of(once)), sampleTeam);
      expect(brief(ruleFor(of(twice)))).toEqual([keeps('paymaster', ['SendBonus']), took('fay', PAY)]);
      const restore = new Set(['role/paymaster']);
      expect(brief(ruleFor({ ...of(twice), restore }))).toEqual([took('fay', PAY)]);
    }
  });

  const GET = says(statement('Allow', 'mechanicalturk:GetHIT'));
  test.each<[string, Change, readonly Operation[]]>([
    [
      'another boundary',
      all(
        withPolicy(stopArn('stop'), GET),
        changeUser('fay', () => ({ boundary: stopArn('stop') })),
      ),
      only(PAY, ['GetHIT']),
    ],
    ['the policy of the role, narrowed', edit(payArn, GET), only(PAY, ['GetHIT'])],
    ['the policy of the role, detached', changeGroup('paymaster', () => ({ attached: [] })), PAY],
    [
      'the policy of the role, narrowed, beside an Allow at the group',
      all(
        edit(payArn, GET),
        changeGroup('paymaster', ({ inline }) => ({
          inline: [...inline, { name: 'hidden', document: says(statement('Allow', 'mechanicalturk:SendBonus')) }],
        })),
      ),
      only(PAY, ['GetHIT']),
    ],
    [
      'the policy of the role, detached, beside an Allow at the member',
      all(
        changeGroup('paymaster', () => ({ attached: [] })),
        write('fay', 'hidden', says(statement('Allow', 'mechanicalturk:SendBonus'))),
      ),
      PAY,
    ],
    [
      '`Withheld` of an earlier apply',
      write('fay', 'limits', says({ Sid: 'Withheld', ...statement('Deny', 'mechanicalturk:SendBonus') })),
      ['SendBonus'],
    ],
  ])('of a role give back nothing that was taken by %s, when they are lifted', (_what, takes, operations) => {
    const denied = changeGroup('paymaster', ({ inline }) => ({
      inline: [...inline, { name: 'stop', document: says(statement('Deny', 'mechanicalturk:SendBonus')) }],
    }));
    const change = all(denied, takes);
    const taken = took('fay', operations);
    expect(brief(ruled({ change }))).toEqual([keeps('paymaster', ['SendBonus']), taken]);
    expect(brief(ruled({ change, restore: ['role/paymaster'] }))).toEqual([taken]);
    expect(brief(ruled({ change: denied, restore: ['role/paymaster'] }))).toEqual([]);
  });

  test('of `limits` under a condition are kept, with the Sid of what is withheld, too', () => {
    const document = says({ Sid: 'Withheld', ...statement('Deny', '*', mfa) });
    expect(brief(ruled({ change: write('fay', 'limits', document) }))).toEqual([keeps('fay', OPERATIONS)]);
  });

  test('of `limits` in a document of an older version are kept without the condition that they never had', () => {
    const document = { ...says(statement('Deny', 'mechanicalturk:SendBonus', literal)), Version: '2008-10-17' };
    const result = ruled({ change: write('fay', 'limits', document) });
    expect(limitsOf(result, 'fay')?.Statement).toEqual([statement('Deny', 'mechanicalturk:SendBonus')]);
  });

  test.each<[string, PolicyDocument, readonly string[]]>([
    ['under a condition', says(statement('Deny', '*', mfa)), [keeps('fay', OPERATIONS)]],
    ['of something else than Mechanical Turk', says(statement('Deny', 's3:*')), []],
    ['of a bucket alone', says(statement('Deny', '*', { Resource: 'arn:aws:s3:::data' })), []],
    [
      'beside an Allow',
      says(statement('Allow', '*'), statement('Deny', 'mechanicalturk:GetHIT')),
      [keeps('fay', ['GetHIT'])],
    ],
    [
      'with the Sid of what is withheld',
      says({ Sid: 'Withheld', ...statement('Deny', 'mechanicalturk:GetHIT') }),
      [keeps('fay', ['GetHIT'])],
    ],
  ])('%s', (_what, document, expected) => {
    expect(brief(ruled({ change: write('fay', 'extra', document) }))).toEqual(expected);
  });

  test('are copied without a condition that would mean another thing in a newer version', () => {
    const Statement = [statement('Deny', 'mechanicalturk:GetHIT', literal)];
    const change = write('fay', 'extra', { Version: '2008-10-17', Statement });
    expect(limitsOf(ruled({ change }), 'fay')?.Statement).toEqual([statement('Deny', 'mechanicalturk:GetHIT')]);
    const signed = [statement('Deny', 'mechanicalturk:GetHIT', mfa)];
    const without = write('fay', 'extra', { Version: '2008-10-17', Statement: signed });
    expect(limitsOf(ruled({ change: without }), 'fay')?.Statement).toEqual(signed);
    const newer = write('fay', 'extra', { Version: '2012-10-17', Statement });
    expect(limitsOf(ruled({ change: newer }), 'fay')?.Statement).toEqual(Statement);
  });

  test('a Deny beside a suspension stays when that ends', () => {
    const change = write('fay', 'extra', says(statement('Deny', 'mechanicalturk:GetHIT')));
    const suspended = withMember('fay', { suspended: true });
    expect(brief(ruled({ team: suspended, change }))).toEqual([keeps('fay', ['GetHIT'])]);
    for (const policy of ['extra', 'limits']) {
      const mine = write('fay', policy, says({ Sid: 'Mine', ...statement('Deny', 'mechanicalturk:GetHIT') }));
      expect(brief(ruled({ begun: [suspended], change: mine }))).toEqual([keeps('fay', ['GetHIT'])]);
    }
  });

  test('a Deny that the applied, a begun or this team has is none by hand', () => {
    const team = withMember('gus', { roles: ['results-reader'] });
    expect(brief(ruled({ team, applied: sampleTeam }))).toEqual([]);
    const suspended = withMember('fay', { suspended: true });
    expect(brief(ruled({ team: sampleTeam, applied: suspended }))).toEqual([]);
    expect(
      brief(
        ruled({
          team: sampleTeam,
          begun: [suspended],
          change: write('fay', 'limits', says({ Sid: 'Suspended', ...denyAll })),
        }),
      ),
    ).toEqual([]);
  });

  test('Denies that do not fit become one Deny of everything, and the next apply changes nothing', () => {
    const many = Array.from({ length: 30 }, (_, index) =>
      statement('Deny', 'mechanicalturk:SendBonus', {
        Condition: { StringNotEquals: { 'aws:userid': `${'x'.repeat(60)}${index}` } },
      }),
    );
    const input = inputOf({ change: write('bo', 'extra', says(...many)) });
    const first = ruleFor(input);
    expect(limitsOf(first, 'bo')?.Statement).toMatchObject([{ Sid: 'Until' }, denyAll]);
    const access: AccessModel = afterApply(input.account.access, first, sampleTeam);
    const second = ruleFor({ ...input, account: { ...input.account, access } });
    expect(desiredAccessBeforeDeletions(second.team)).toEqual(desiredAccessBeforeDeletions(first.team));
  });

  test.each<[string, string, (...denied: readonly Statement[]) => Change]>([
    ['a member', 'fay', (...denied) => write('fay', 'stop', says(...denied))],
    [
      'a role',
      'role/paymaster',
      (...denied) => changeGroup('paymaster', () => ({ inline: [{ name: 'stop', document: says(...denied) }] })),
    ],
  ])('of those of %s, a person lifts what they were shown, and gives it back at once', (_whose, lifted, denying) => {
    const [bonus, approve] = ['SendBonus', 'ApproveAssignment'].map((each) =>
      statement('Deny', `mechanicalturk:${each}`),
    ) as [Statement, Statement];
    const lift = new Map([[lifted, [bonus]]]);
    expect(ruleFor({ ...inputOf({ change: denying(bonus) }), lift })).toEqual(ruled({}));
    const later = ruleFor({ ...inputOf({ change: denying(bonus, approve) }), lift });
    expect(later).toEqual(ruled({ change: denying(approve) }));
    expect(brief(later)).toEqual([keeps(lifted.replace('role/', ''), ['ApproveAssignment'])]);
  });

  test.each(['Withheld', 'OutOfReach'])(
    'what someone adds to the statement %s of limits counts as taken, and in one of its own as denied',
    (Sid) => {
      const written = (sid: string) =>
        write('fay', 'limits', says({ Sid: sid, ...statement('Deny', 'mechanicalturk:SendBonus') }));
      expect(brief(ruled({ change: written(Sid) }))).toEqual([took('fay', ['SendBonus'])]);
      expect(brief(ruled({ change: written('Emergency') }))).toEqual([keeps('fay', ['SendBonus'])]);
    },
  );
});

describe('who a member is', () => {
  const again = (path = PATH): Change =>
    all(withoutUser('bo'), withUser({ name: name('bo'), path, groups: [name('paymaster')] }));
  const eve = member({ key: 'eve', roles: ['paymaster'] });
  const withEve: Team = { ...sampleTeam, members: [...sampleTeam.members, eve] };
  const extended = deletesAfter(3, withMember('bo', { until: '2027-12-31' }));
  const other = { ids: { bo: 'other' } };
  test.each<[string, Given, readonly string[], readonly string[], readonly string[]]>([
    ['a new member', { team: withEve, applied: sampleTeam }, [], [], ['eve']],
    ['a deleted user', { change: withoutUser('bo') }, ['bo missing'], ['bo'], []],
    ['a deleted user that a person gives back', { change: withoutUser('bo'), restore: ['bo'] }, [], [], ['bo']],
    [
      'a user deleted for age, whose id the record no longer has, and whose last day changes',
      {
        ...{ team: extended, applied: deletesAfter(3, sampleTeam), change: withoutUser('bo') },
        recorded: { bo: undefined },
      },
      [],
      [],
      ['bo'],
    ],
    [
      'a user whose id the record no longer has, and whose last day stays',
      { team: deletesAfter(3, sampleTeam), change: withoutUser('bo'), recorded: { bo: undefined } },
      ['bo missing'],
      ['bo'],
      [],
    ],
    [
      'a user deleted by hand, whose last day changes',
      { team: extended, applied: deletesAfter(3, sampleTeam), change: withoutUser('bo') },
      ['bo missing'],
      ['bo'],
      [],
    ],
    [
      'a deleted user whose last day changes, in a lab that does not',
      { team: withMember('bo', { until: '2027-12-31' }), applied: sampleTeam, change: withoutUser('bo') },
      ['bo missing'],
      ['bo'],
      [],
    ],
    [
      'a deleted user without an id in the record whose last day changes, in a lab that does not',
      {
        ...{ team: withMember('bo', { until: '2027-12-31' }), applied: sampleTeam, change: withoutUser('bo') },
        recorded: { bo: undefined },
      },
      ['bo missing'],
      ['bo'],
      [],
    ],
    ['another user under the path', { change: again(), ...other }, [`bo replaced ${PATH}`], [], []],
    ['another user under the path, accepted', { change: again(), ...other, restore: ['bo'] }, [], [], ['bo']],
    [
      'another user outside the path',
      { change: again('/x/'), ...other },
      [`bo name-taken /x/${name('bo')}`],
      ['bo'],
      [],
    ],
    [
      'another user outside the path, named',
      { change: again('/x/'), ...other, restore: ['bo'] },
      [`bo name-taken /x/${name('bo')}`],
      ['bo'],
      [],
    ],
    ['no id in the record', { recorded: { bo: undefined } }, [`bo replaced ${PATH}`], [], []],
    [
      'a renamed user',
      { change: renamed('bo', 'bob'), ids: { bob: `id of ${name('bo')}` } },
      [`bo renamed ${name('bob')}`],
      // Neither name's user is deleted.
      ['bo', 'bob'],
      [],
    ],
    [
      'a renamed user, and a new one under its name',
      {
        change: all(renamed('bo', 'bob'), withUser({ name: name('bo'), path: PATH })),
        ids: { bob: `id of ${name('bo')}`, bo: 'other' },
      },
      [`bo replaced ${PATH}`],
      ['bob'],
      [],
    ],
    ['a user moved out of the path', { change: moved('bo', '/x/') }, ['bo moved /x/'], ['bo'], []],
    [
      'a user moved out of the path, named',
      { change: moved('bo', '/x/'), restore: ['bo'] },
      ['bo moved /x/'],
      ['bo'],
      [],
    ],
    [
      'a user under the path of another lab, named',
      { change: moved('bo', '/mturk/perception/'), restore: ['bo'] },
      ['bo moved /mturk/perception/'],
      ['bo'],
      [],
    ],
    [
      'another user under the path of another lab, named',
      {
        change: all(moved('bo', '/mturk/perception/')),
        ids: { bo: 'other' },
        restore: ['bo'],
      },
      [`bo name-taken /mturk/perception/${name('bo')}`],
      ['bo'],
      [],
    ],
    [
      'a user who was renamed into another lab',
      {
        change: all(moved('bo', '/mturk/perception/'), renamed('bo', 'bob')),
        ids: { bob: `id of ${name('bo')}` },
      },
      ['bo renamed perception-lab-bob'],
      ['bo'],
      [],
    ],
    [
      'a new member whose name is taken outside',
      { team: withEve, applied: sampleTeam, change: withUser({ name: name('eve'), path: '/' }) },
      [`eve name-taken /${name('eve')}`],
      ['eve'],
      [],
    ],
    [
      'a new member whose name is taken in another case',
      { team: withEve, applied: sampleTeam, change: withUser({ name: 'Perception-Lab-EVE', path: '/' }) },
      ['eve name-taken Perception-Lab-EVE'],
      ['eve'],
      [],
    ],
    [
      'a new member under whose name someone made a user before the apply',
      { team: withEve, applied: sampleTeam, change: withUser({ name: name('eve'), path: PATH }) },
      [`eve replaced ${PATH}`],
      [],
      [],
    ],
    [
      'a user that an interrupted apply created',
      { team: withEve, applied: sampleTeam, begun: [withEve], change: withUser({ name: name('eve'), path: PATH }) },
      [],
      [],
      ['eve'],
    ],
    [
      'a user with credentials, which no apply creates',
      {
        ...{ team: withEve, applied: sampleTeam, begun: [withEve], withCredentials: ['eve'] },
        change: withUser({ name: name('eve'), path: PATH }),
      },
      [`eve replaced ${PATH}`],
      [],
      [],
    ],
    [
      'a user that was there before the apply that was interrupted',
      {
        ...{ team: withEve, applied: sampleTeam, begun: [withEve], recorded: { eve: 'none' } },
        change: withUser({ name: name('eve'), path: PATH }),
      },
      [`eve replaced ${PATH}`],
      [],
      [],
    ],
    [
      'a user under the name of a member of the applied team, while an apply is begun',
      { begun: [sampleTeam], change: again(), ...other, recorded: { bo: undefined } },
      [`bo replaced ${PATH}`],
      [],
      [],
    ],
    [
      'a user under the name of a new member, while an apply of others is begun',
      {
        ...{ team: withEve, applied: sampleTeam, begun: [sampleTeam] },
        change: withUser({ name: name('eve'), path: PATH }),
      },
      [`eve replaced ${PATH}`],
      [],
      [],
    ],
    [
      'a user that reconcile deleted for age',
      { team: deletesAfter(3, withMember('bo', { until: '2026-01-31' })) },
      [],
      ['bo'],
      [],
    ],
    ['a user that reconcile deletes for age', { deletions: ['bo'] }, [], [], []],
  ])('%s', (_what, given, withheld, leftOut, newUsers) => {
    const result = ruled(given);
    expect(brief(result)).toEqual(withheld);
    expect(result.leftOut).toEqual({ members: leftOut, roles: [] });
    expect(result.newUsers).toEqual(newUsers.map(name));
    const written = result.team.members.map(({ key }) => key);
    for (const key of [...leftOut, ...(given.deletions ?? [])]) expect(written).not.toContain(key);
  });

  test('a renamed user is denied all of Mechanical Turk, and no more', () => {
    const limits = limitsPolicy(member({ key: 'bob', withheld: OPERATIONS }));
    const of = ruled({ change: renamed('bo', 'bob'), ids: { bob: `id of ${name('bo')}` } });
    expect(of.renamed).toEqual([{ user: name('bob'), limits }]);
    const movedToo = all(renamed('bo', 'bob'), (account) => ({
      ...account,
      users: account.users.map((user) => (user.name === name('bob') ? { ...user, path: '/x/' } : user)),
    }));
    expect(ruled({ change: movedToo, ids: { bob: `id of ${name('bo')}` } })).toMatchObject({
      ...{ renamed: [], withheld: [{ kind: 'renamed', key: 'bo' }] },
    });
  });

  test('a renamed user with Denies that do not fit is denied everything, and the next question says the same', () => {
    const long = says(statement('Deny', Array(90).fill('mechanicalturk:ApproveAssignment')));
    const ids = { bob: `id of ${name('bo')}` };
    const bob = renamed('bo', 'bob');
    const first = ruled({ change: all(write('bo', 'stop', long), bob), ids }).renamed;
    expect(first).toMatchObject([{ limits: { Statement: [{ Sid: 'Withheld' }, { Effect: 'Deny', Action: '*' }] } }]);
    const written = write('bo', 'limits', first[0]?.limits ?? says());
    expect(ruled({ change: all(written, bob), ids }).renamed).toEqual(first);
  });

  test('of a replaced user a person accepts only the one that they were shown', () => {
    const input = inputOf({ change: again(), ...other, restore: ['bo'] });
    const accepted = (id: string) => brief(ruleFor({ ...input, shown: new Map([[name('bo'), id]]) }));
    expect(accepted('other')).toEqual([]);
    expect(accepted('one before')).toEqual([`bo replaced ${PATH}`]);
  });

  test('a replaced user is written without roles and suspended, whatever groups it is in', () => {
    const { team } = ruled({ change: again(), ...other });
    expect(team.members.find(({ key }) => key === 'bo')).toMatchObject({ roles: [], suspended: true });
  });
});

describe('what is given back to one is given to no other', () => {
  const other = { ids: { bo: 'other' } };

  test('a member is deleted for age only if the user is theirs', () => {
    const kept = ruled({ deletions: ['bo'], ...other });
    expect(brief(kept)).toEqual([`bo replaced ${PATH}`]);
    expect(kept.team.members.find(({ key }) => key === 'bo')).toMatchObject({ roles: [], suspended: true });
    const held = ruled({ deletions: ['bo'], change: all(withGroup({ name: 'helpers' }), putInto('bo', 'helpers')) });
    expect(held.team.members.find(({ key }) => key === 'bo')?.roles).toEqual(['results-reader', 'task-publisher']);
    const moved = ruled({ deletions: ['bo'], change: changeUser('bo', () => ({ path: '/staff/' })) });
    expect({ withheld: brief(moved), ...moved.leftOut }).toEqual({
      ...{ withheld: ['bo moved /staff/'], members: ['bo'], roles: [] },
    });
  });

  test('a user that is there is not taken for the one to be created again, until an apply has', () => {
    const recreate = new Set(['bo']);
    expect(brief(ruleFor({ ...inputOf({ change: withoutUser('bo') }), recreate }))).toEqual([]);
    expect(brief(ruleFor({ ...inputOf(other), recreate }))).toEqual([`bo replaced ${PATH}`]);
    expect(brief(ruleFor({ ...inputOf(other), created: recreate }))).toEqual([]);
    const withCredentials = new Set([name('bo')]);
    expect(brief(ruleFor({ ...inputOf(other), created: recreate, withCredentials }))).toEqual([`bo replaced ${PATH}`]);
  });

  test('a role and a member with one key are restored apart', () => {
    const members = sampleTeam.members.map((each) => (each.key === 'fay' ? { ...each, key: 'paymaster' } : each));
    const denied = changeGroup('paymaster', () => ({
      inline: [{ name: 'stop', document: says(statement('Deny', 'mechanicalturk:SendBonus')) }],
    }));
    const input = inputOf({ team: { ...sampleTeam, members }, change: denied, ids: { paymaster: 'other' } });
    expect(brief(ruleFor(input))).toEqual(['paymaster deny-kept: SendBonus', `paymaster replaced ${PATH}`]);
    const lift = new Map([['role/paymaster', [statement('Deny', 'mechanicalturk:SendBonus')]]]);
    for (const lifted of [{ lift }, { restore: new Set(['role/paymaster']) }]) {
      expect(brief(ruleFor({ ...input, ...lifted }))).toEqual([`paymaster replaced ${PATH}`]);
    }
    const accepted = ruleFor({ ...input, restore: new Set(['paymaster']) });
    expect(brief(accepted)).toEqual(['paymaster deny-kept: SendBonus']);
    expect(brief(ruleFor({ ...input, recreate: new Set(['paymaster']) }))).toEqual(brief(ruleFor(input)));
  });
});

describe('a group of the lab outside its path, which no apply can change', () => {
  const movedGroup = changeGroup('paymaster', () => ({ path: '/x/' }));
  const deniedTo = (key: string, given: Parameters<typeof ruled>[0]) =>
    ruled(given).team.members.find((member) => member.key === key)?.outOfReach;

  test('gives its members no more than the file, whatever is attached to it', () => {
    expect(brief(ruled({ change: movedGroup }))).toEqual(['paymaster name-taken /x/perception-lab-paymaster']);
    const denied = deniedTo('fay', { change: movedGroup });
    expect(denied).toContain('CreateHIT');
    expect(denied).not.toContain('SendBonus');
    expect(deniedTo('bo', { change: movedGroup })).toBeUndefined();
    expect(deniedTo('fay', {})).toBeUndefined();
  });

  test('is any group with a policy of the lab, beside others', () => {
    const helpers = (...attached: readonly string[]) =>
      all(withGroup({ name: 'helpers', path: '/x/', attached }), putInto('fay', 'helpers'));
    expect(deniedTo('fay', { change: helpers(payArn, FULL) })).toContain('CreateHIT');
    expect(deniedTo('fay', { change: helpers() })).toBeUndefined();
  });

  test.each<[string, PolicyDocument]>([
    ['always', says(statement('Allow', ['mechanicalturk:CreateHIT', 'mechanicalturk:SendBonus']))],
    ['under a condition', says(statement('Allow', ['mechanicalturk:CreateHIT', 'mechanicalturk:SendBonus'], mfa))],
  ])('is any other group that gives %s what the file does not, and its members are denied that', (_when, document) => {
    const inOne = all(
      withGroup({ name: 'elsewhere', inline: [{ name: 'own', document }] }),
      putInto('fay', 'elsewhere'),
    );
    expect(deniedTo('fay', { change: inOne })).toEqual(['CreateHIT']);
    expect(deniedTo('bo', { change: inOne })).toBeUndefined();
    const frozen = { ...sampleTeam, freeze: ['pay:bonus'] as const };
    expect(deniedTo('fay', { team: frozen, applied: sampleTeam, change: inOne })).toEqual(['CreateHIT', 'SendBonus']);
    // Under the path an apply empties it.
    const under = all(inOne, (account) => ({
      ...account,
      groups: account.groups.map((each) => (each.name === 'elsewhere' ? { ...each, path: PATH } : each)),
    }));
    expect(deniedTo('fay', { change: under })).toBeUndefined();
  });

  test('a Deny of what the file gives, by the statement of what is out of reach, is one that someone wrote', () => {
    const deny = { Sid: 'OutOfReach', ...statement('Deny', 'mechanicalturk:SendBonus') };
    const change = write('fay', 'limits', says(deny));
    expect(brief(ruled({ change }))).toEqual([took('fay', ['SendBonus'])]);
    const applied: Team = { ...sampleTeam, freeze: ['pay:bonus'] };
    expect(brief(ruled({ team: sampleTeam, applied, change }))).toEqual([took('fay', ['SendBonus'])]);
  });

  test('a Deny of what was frozen, by that statement, ends with the freeze if a group gives that', () => {
    const deny = { Sid: 'OutOfReach', ...statement('Deny', 'mechanicalturk:SendBonus') };
    const applied: Team = { ...sampleTeam, freeze: ['pay:bonus'] };
    const given = {
      name: 'elsewhere',
      inline: [{ name: 'own', document: says(statement('Allow', 'mechanicalturk:SendBonus')) }],
    };
    const inside = all(write('fay', 'limits', says(deny)), withGroup(given), putInto('fay', 'elsewhere'));
    expect(brief(ruled({ team: sampleTeam, applied, change: inside }))).toEqual([]);
    const moved = all(write('fay', 'limits', says(deny)), movedGroup);
    expect(brief(ruled({ team: sampleTeam, applied, change: moved }))).toEqual(brief(ruled({ change: movedGroup })));
  });

  test.each(['OutOfReach', 'Withheld'])('a Deny with the Sid %s in another policy is one that someone added', (Sid) => {
    const change = write('fay', 'stop', says({ Sid, ...statement('Deny', 'mechanicalturk:SendBonus') }));
    expect(brief(ruled({ change }))).toEqual([keeps('fay', ['SendBonus'])]);
  });

  test('no longer denies by its role what another role of its members gives: an apply denies it to them', () => {
    const roles = sampleTeam.roles.map((each) =>
      each.key === 'paymaster' ? { ...each, deny: ['GetHIT' as const] } : each,
    );
    const team: Team = { ...withMember('fay', { roles: ['paymaster', 'results-reader'] }), roles };
    const out = changeUser('fay', ({ groups }) => ({ groups: groups.filter((each) => each !== name('paymaster')) }));
    expect(deniedTo('fay', { team, change: all(movedGroup, out) })).toEqual(['GetHIT']);
    expect(deniedTo('fay', { team, change: out })).toBeUndefined();
  });

  test('has the Denies of its role still, when a freeze ends: nothing is withheld or kept for who is in it', () => {
    const applied: Team = { ...sampleTeam, freeze: ['pay:bonus'] };
    for (const team of [sampleTeam, withMember('fay', { roles: ['results-reader'] })]) {
      const input = inputOf({ team, applied, change: movedGroup });
      const first = ruleFor(input);
      const access = afterApply(input.account.access, first, applied);
      for (const known of [applied, team]) {
        const record = { ...input.applied!, team: appliedTeam(known, TODAY) };
        const again = ruleFor({ ...input, applied: record, account: { ...input.account, access } });
        expect(limitsOf(again, 'fay')).toEqual(limitsOf(first, 'fay'));
      }
    }
  });

  test('is one that the record knows, whatever is attached to it', () => {
    const input = inputOf({
      change: all(
        movedGroup,
        changeGroup('paymaster', () => ({ attached: [] })),
      ),
    });
    const ids = (of: EntityIds): EntityIds => ({ ...of, group: new Map([[name('paymaster'), 'AGPA1']]) });
    const applied = { ...input.applied!, ids: ids(input.applied!.ids) };
    const { team } = ruleFor({ ...input, applied, account: { ...input.account, ids: ids(input.account.ids) } });
    expect(team.members.find(({ key }) => key === 'fay')?.outOfReach).toContain('CreateHIT');
  });

  test('gives nothing any more to who loses the role, and nothing that is frozen', () => {
    const applied = sampleTeam;
    const leaves = withMember('fay', { roles: ['results-reader'] });
    expect(deniedTo('fay', { team: leaves, applied, change: movedGroup })).toContain('SendBonus');
    const frozen = { ...sampleTeam, freeze: ['pay:bonus'] as const };
    expect(deniedTo('fay', { team: frozen, applied, change: movedGroup })).toContain('SendBonus');
  });

  test('withholds nothing that no apply could give back, until it is under the path again', () => {
    const taken = changeGroup('paymaster', () => ({ attached: [] }));
    expect(brief(ruled({ change: all(movedGroup, taken) }))).toEqual(brief(ruled({ change: movedGroup })));
    expect(brief(ruled({ change: taken }))).toEqual([took('fay', PAY)]);
  });

  test('stays withheld from who was denied it before', () => {
    const document = limitsPolicy({ from: null, until: null, suspended: false, withheld: ['SendBonus'] });
    const withheld = changeUser('fay', () => ({ inline: [{ name: 'limits', document }] }));
    expect(brief(ruled({ change: all(movedGroup, withheld) }))).toContain(took('fay', ['SendBonus']));
  });

  test('is no manual change of who was denied it', () => {
    const { team } = ruled({ change: movedGroup });
    const limits = limitsPolicy(team.members.find(({ key }) => key === 'fay')!);
    const written = changeUser('fay', () => ({ inline: [{ name: 'limits', document: limits }] }));
    expect(brief(ruled({ change: written }))).toEqual([]);
    expect(brief(ruled({ change: all(movedGroup, written) }))).toEqual(brief(ruled({ change: movedGroup })));
    const more = withMember('fay', { roles: ['paymaster', 'task-publisher'] });
    expect(brief(ruled({ team: more, applied: sampleTeam, change: written }))).toEqual([]);
  });
});

describe('Denies of groups that a member leaves by an apply', () => {
  const stops = { name: 'stop', document: says(statement('Deny', '*')) };
  const always = { Condition: { DateGreaterThan: { 'aws:CurrentTime': '2020-01-01T00:00:00Z' } } };
  const stopsAlways = { name: 'stop', document: says(statement('Deny', 'mechanicalturk:*', always)) };
  const renamedReader: Team = {
    ...sampleTeam,
    roles: sampleTeam.roles.map((each) => (each.key === 'results-reader' ? { ...each, key: 'reader' } : each)),
    members: sampleTeam.members.map((each) => ({
      ...{ ...each, roles: each.roles.map((key) => (key === 'results-reader' ? 'reader' : key)) },
    })),
  };
  test.each<[string, Given, readonly string[]]>([
    [
      'a group of no role under the path',
      { change: all(withGroup({ name: 'quarantine', path: PATH, inline: [stops] }), putInto('fay', 'quarantine')) },
      ['fay deny-kept'],
    ],
    [
      'the same by an attached policy, beside that of a role',
      {
        change: all(
          withPolicy(stopArn('stop'), stops.document),
          withGroup({ name: 'quarantine', path: PATH, attached: [stopArn('stop'), payArn] }),
          putInto('fay', 'quarantine'),
        ),
      },
      ['fay deny-kept'],
    ],
    [
      'the same under a condition',
      {
        change: all(withGroup({ name: 'quarantine', path: PATH, inline: [stopsAlways] }), putInto('fay', 'quarantine')),
      },
      ['fay deny-kept'],
    ],
    [
      'a renamed group of a role',
      {
        change: all(
          withoutGroup('paymaster'),
          withGroup({ name: 'frozen', path: PATH, inline: [stops] }),
          putInto('fay', 'frozen'),
        ),
      },
      ['fay operations', 'fay deny-kept'],
    ],
    [
      'a role whose members stay, with a Deny under a condition',
      { change: changeGroup('results-reader', () => ({ inline: [stopsAlways] })) },
      ['results-reader deny-kept'],
    ],
    [
      'a role that the file renames, with a Deny under a condition',
      {
        ...{ team: renamedReader, applied: sampleTeam },
        change: changeGroup('results-reader', () => ({ inline: [stopsAlways] })),
      },
      ['bo deny-kept', 'cy deny-kept'],
    ],
    [
      'a role that the file renames, of whose group someone took a member before',
      {
        ...{ team: renamedReader, applied: sampleTeam },
        change: all(
          changeGroup('results-reader', () => ({ inline: [stops] })),
          takeOut('bo', name('results-reader')),
        ),
      },
      ['bo deny-kept', 'cy deny-kept'],
    ],
    [
      'a role that the file takes, of whose group someone took the member before',
      {
        ...{ team: withMember('fay', { roles: ['results-reader'] }), applied: sampleTeam },
        change: all(
          changeGroup('paymaster', () => ({ inline: [stops] })),
          takeOut('fay', name('paymaster')),
        ),
      },
      ['paymaster deny-kept', 'fay operations', 'fay deny-kept'],
    ],
    [
      'a role that the file renames, with a Deny of the applied team that it drops',
      {
        team: renamedReader,
        applied: {
          ...sampleTeam,
          roles: sampleTeam.roles.map((each) =>
            each.key === 'results-reader' ? { ...each, deny: ['SendBonus' as const] } : each,
          ),
        },
      },
      [],
    ],
    [
      'a Deny with a time of its own, when the file changes the last day',
      {
        ...{ team: withMember('bo', { until: '2027-01-31' }), applied: withMember('bo', { until: '2027-05-31' }) },
        change: changeUser('bo', ({ inline }) => ({
          inline: [
            ...inline,
            { name: 'incident', document: says(statement('Deny', '*', after('2026-01-01T00:00:00Z'))) },
          ],
        })),
      },
      ['bo deny-kept'],
    ],
  ])('%s', (_what, given, expected) => {
    expect(ruled(given).withheld.map(({ key, kind }) => `${key} ${kind}`)).toEqual(expected);
  });

  test('they are written in the order in which the next apply finds them, beside those of the member', () => {
    const input = inputOf({
      ...{ team: renamedReader, applied: sampleTeam },
      change: all(
        changeGroup('results-reader', () => ({
          inline: [{ name: 'stop', document: says(statement('Deny', 'mechanicalturk:GetHIT')) }],
        })),
        write('bo', 'own', says(statement('Deny', 'mechanicalturk:SendBonus'))),
      ),
    });
    const first = ruleFor(input);
    const access = afterApply(input.account.access, first, sampleTeam);
    const applied = { ...input.applied!, team: appliedTeam(renamedReader, TODAY) };
    const second = ruleFor({ ...input, applied, account: { ...input.account, access } });
    expect(limitsOf(first, 'bo')?.Statement).toHaveLength(3);
    expect(limitsOf(second, 'bo')).toEqual(limitsOf(first, 'bo'));
  });
});

describe('names that something else has', () => {
  test.each<[string, Change, string]>([
    [
      'a group outside the path',
      all(withoutGroup('paymaster'), withGroup({ name: name('paymaster'), path: '/' })),
      `/${name('paymaster')}`,
    ],
    [
      'a group in another case',
      withGroup({ name: 'Perception-Lab-PAYMASTER', path: PATH }),
      `${PATH}Perception-Lab-PAYMASTER`,
    ],
    ['a policy outside the path', withPolicy(stopArn(name('paymaster')), says(denyAll)), stopArn(name('paymaster'))],
  ])('%s: the role is left out, and members keep their others', (_what, change, found) => {
    const result = ruled({ change });
    expect(brief(result)).toContain(`paymaster name-taken ${found}`);
    expect(result.leftOut.roles).toEqual(['paymaster']);
    // Its policy is written all the same, unless that has the name of another.
    const { groups } = desiredAccessBeforeDeletions(result.team);
    expect(groups.map((group) => group.name)).not.toContain(name('paymaster'));
    expect(result.team.members.find(({ key }) => key === 'fay')?.roles).toEqual([]);
  });

  test.each<[string, Change, Pick<Team['roles'][number], 'allow' | 'deny' | 'keptDenies'>]>([
    ['as it is', same, { allow: PAY, deny: [] }],
    ['narrowed', edit(payArn, says(statement('Allow', 'mechanicalturk:GetHIT'))), { allow: ['GetHIT'], deny: [] }],
    ['under a condition', edit(payArn, says(statement('Allow', '*', mfa))), { allow: [], deny: [] }],
    [
      'for other resources',
      edit(payArn, says({ ...statement('Allow', '*'), Resource: 'arn:x' })),
      { allow: [], deny: [] },
    ],
    ['nothing but a Deny', edit(payArn, says(denyAll)), { allow: [], deny: [] }],
    ['unknown', edit(payArn, null), { allow: [], deny: [] }],
    [
      'less by a Deny',
      edit(payArn, says(statement('Allow', '*'), statement('Deny', 'mechanicalturk:SendBonus'))),
      { allow: PAY, deny: [], keptDenies: [statement('Deny', 'mechanicalturk:SendBonus')] },
    ],
    ['widened', edit(payArn, says(statement('Allow', '*'))), { allow: PAY, deny: [] }],
  ])('the policy of a role whose group was moved gives no more than it does, %s', (_what, change, expected) => {
    const movedGroup = changeGroup('paymaster', () => ({ path: '/elsewhere/' }));
    const input = inputOf({ change: all(movedGroup, change) });
    const first = ruleFor(input);
    const roleIn = ({ team }: Ruled) => team.roles.find(({ key }) => key === 'paymaster');
    expect(roleIn(first)).toMatchObject({ ...expected, withoutGroup: true });
    expect(roleIn(first)?.allowsNothing === true).toBe(expected.allow.length === 0);
    const access = afterApply(input.account.access, first, sampleTeam);
    expect(roleIn(ruleFor({ ...input, account: { ...input.account, access } }))).toEqual(roleIn(first));
    // A group elsewhere without the policy changes nothing.
    const { team: written } = ruled({ change: all(change, withGroup({ name: 'helpers', path: '/x/' })) });
    expect(written.roles.find(({ key }) => key === 'paymaster')).toMatchObject({ allow: PAY, deny: [] });
  });

  const paymaster = (more: object, freeze: Team['freeze'] = []): Team => ({
    ...sampleTeam,
    freeze,
    roles: sampleTeam.roles.map((each) => (each.key === 'paymaster' ? { ...each, ...more } : each)),
  });
  const full = { allow: [], managed: ['AmazonMechanicalTurkFullAccess'] };
  test("an Allow that someone wrote into a role's policy of Denies goes, although its group was moved", () => {
    const team = paymaster({ ...full, deny: ['SendBonus'] });
    const written = edit(payArn, says(statement('Deny', 'mechanicalturk:SendBonus'), statement('Allow', '*')));
    const change = all(
      written,
      changeGroup('paymaster', () => ({ path: '/elsewhere/' })),
    );
    const { roles } = ruled({ team, change }).team;
    expect(roles.find(({ key }) => key === 'paymaster')).toMatchObject({ allow: [], allowsNothing: true });
  });

  test('a role of one operation, whose policy someone emptied and whose group was moved, still allows nothing', () => {
    const change = all(
      edit(payArn, says(denyAll)),
      changeGroup('paymaster', () => ({ path: '/elsewhere/' })),
    );
    const { roles } = ruled({ team: paymaster({ allow: ['GetHIT'] }), change }).team;
    expect(roles.find(({ key }) => key === 'paymaster')).toMatchObject({ allow: [], allowsNothing: true });
  });

  const eve = (more: object) => withUser({ name: 'eve', ...more });
  const elsewhere: Change = (account) => ({
    ...changeGroup('paymaster', () => ({ path: '/elsewhere/' }))(account),
    users: [...eve({ groups: [name('paymaster')] })(account).users],
  });
  const renamedAway = (...attached: readonly string[]) =>
    all(
      withoutGroup('paymaster'),
      withGroup({ name: 'x', path: '/elsewhere/', attached: [payArn, ...attached] }),
      eve({ groups: ['x'] }),
    );
  test.each<[string, Change, Team, Team]>([
    ['a Deny that the file drops', elsewhere, paymaster({ ...full, deny: ['SendBonus'] }), paymaster(full)],
    [
      'a Deny that the file narrows',
      elsewhere,
      paymaster({ ...full, deny: ['SendBonus', 'CreateHIT'] }),
      paymaster({ ...full, deny: ['CreateHIT'] }),
    ],
    ['a freeze of a role without a policy of its own', elsewhere, paymaster(full), paymaster(full, ['pay:bonus'])],
    ['a freeze that the file lifts', elsewhere, paymaster(full, ['pay:bonus']), paymaster(full)],
    [
      'a Deny that someone added, and another of the file',
      all(elsewhere, edit(payArn, says(statement('Allow', '*'), statement('Deny', 'mechanicalturk:SendBonus')))),
      paymaster({}),
      paymaster({ deny: ['ApproveAssignment'] }, ['pay:bonus']),
    ],
    ['another name of the group', renamedAway(), paymaster({ allow: ['GetHIT'] }), paymaster({})],
    ['another name of the group, and a Deny', renamedAway(FULL), paymaster({ deny: ['SendBonus'] }), paymaster({})],
    [
      'the policy at a user',
      eve({ attached: [payArn] }),
      paymaster({ allow: ['GetHIT'] }),
      paymaster({ deny: ['RejectAssignment'] }),
    ],
    [
      'the policy at a user under the path who is no member',
      eve({ path: PATH, attached: [payArn] }),
      paymaster({ allow: ['GetHIT'] }),
      paymaster({ deny: ['RejectAssignment'] }),
    ],
    [
      'the policy as a boundary',
      eve({ attached: [FULL], boundary: payArn }),
      paymaster({ allow: ['GetHIT'] }),
      paymaster({}),
    ],
  ])(
    'a user of the account with a role that no apply changes gains nothing by one: %s',
    (_what, change, applied, team) => {
      const input = inputOf({ team, applied, change: all(withPolicy(FULL, managedPolicyByArn(FULL)!), change) });
      const can = (account: AccessModel) => listOperations(allowedByName(accessOf(account, { at: AT })).get('eve')!);
      const first = ruleFor(input);
      const access = afterApply(input.account.access, first, applied);
      expect(can(input.account.access)).toEqual(expect.arrayContaining([...can(access)]));
      const facts = { ...input.applied!, team: appliedTeam(team, TODAY) };
      const second = ruleFor({ ...input, applied: facts, account: { ...input.account, access } });
      expect(second.team).toEqual(first.team);
      expect(second.withheld).toEqual(first.withheld);
      expect(brief(first)).toContainEqual(expect.stringMatching(/^paymaster name-taken \//));
    },
  );

  test('once no one outside has the policy, an earlier Deny of the file ends there, and one that someone added stays', () => {
    const added = statement('Deny', 'mechanicalturk:CreateHIT');
    const ofFile = { ...statement('Deny', 'mechanicalturk:SendBonus'), Sid: 'Deny' };
    const input = inputOf({
      team: paymaster(full),
      applied: paymaster({ ...full, deny: ['SendBonus'] }),
      change: all(eve({ attached: [payArn] }), edit(payArn, says(ofFile, added))),
    });
    const payDenies = (ruled: Ruled) => ruled.team.roles.find(({ key }) => key === 'paymaster')?.keptDenies;
    const kept = { Effect: 'Deny', Action: 'mechanicalturk:CreateHIT', Resource: '*' };
    const first = ruleFor(input);
    expect(payDenies(first)).toEqual([
      kept,
      expect.objectContaining({ Sid: 'NotWidened', Action: ['mechanicalturk:SendBonus'] }),
    ]);
    const written = afterApply(input.account.access, first, paymaster(full));
    const access = { ...written, users: written.users.filter(({ name: each }) => each !== 'eve') };
    const facts = { ...input.applied!, team: appliedTeam(paymaster(full), TODAY) };
    expect(payDenies(ruleFor({ ...input, applied: facts, account: { ...input.account, access } }))).toEqual([kept]);
  });

  test("a member's user outside the path with a role's policy holds the role back", () => {
    const change = changeUser('bo', () => ({ path: '/elsewhere/', attached: [payArn] }));
    const { team, withheld } = ruled({ applied: paymaster({ allow: ['GetHIT'] }), team: paymaster({}), change });
    expect(withheld).toMatchObject([
      { kind: 'name-taken', key: 'paymaster' },
      { kind: 'moved', key: 'bo' },
    ]);
    expect(team.roles.find(({ key }) => key === 'paymaster')?.allow).toEqual(['GetHIT']);
  });

  test('a role whose policy a user of no member has, and that gives no more than before, is written as it is', () => {
    const { team, withheld } = ruled({ change: eve({ attached: [payArn] }) });
    expect({ withheld, roles: team.roles }).toEqual({ withheld: [], roles: sampleTeam.roles });
    const widened = { applied: paymaster({ allow: ['GetHIT'] }), team: paymaster({ allow: ['GetHIT', 'SendBonus'] }) };
    expect(ruled({ ...widened, change: eve({ attached: [FULL] }) }).withheld).toEqual([]);
    expect(ruled({ ...widened, change: eve({ attached: [payArn] }) }).withheld).toMatchObject([
      { kind: 'name-taken', key: 'paymaster', operations: ['SendBonus'] },
    ]);
  });

  test("a member's renamed user, which loses a role's policy in the same apply, holds back no role", () => {
    const change = changeUser('bo', () => ({ name: name('zzz'), attached: [payArn] }));
    const ids = new Map([[name('zzz'), `id of ${name('bo')}`]]);
    const input = inputOf({ applied: paymaster({ allow: ['GetHIT'] }), team: paymaster({}), change });
    const known = { ...input.account.ids, user: new Map([...input.account.ids.user, ...ids]) };
    const { team, withheld } = ruleFor({ ...input, account: { ...input.account, ids: known } });
    expect(withheld).toMatchObject([{ kind: 'renamed', key: 'bo' }]);
    expect(team.roles).toEqual(paymaster({}).roles);
    const members = sampleTeam.members.filter(({ key }) => key !== 'bo');
    const left = ruleFor({
      ...{ ...input, team: { ...paymaster({}), members } },
      account: { ...input.account, ids: known },
    });
    // No apply takes it from who left.
    expect(brief(left)).toEqual([`paymaster name-taken ${PATH}${name('zzz')}`]);
  });

  test('what another boundary took stays withheld from who is in the moved group of a role', () => {
    const quarantine = 'arn:aws:iam::123456789012:policy/quarantine';
    const taken = all(
      withPolicy(quarantine, says(denyAll)),
      changeUser('fay', () => ({ boundary: quarantine })),
    );
    const movedGroup = changeGroup('paymaster', () => ({ path: '/elsewhere/' }));
    for (const change of [taken, all(taken, movedGroup)])
      expect(limitsOf(ruled({ change }), 'fay')).toMatchObject({
        Statement: expect.arrayContaining([
          expect.objectContaining({ Sid: 'Withheld', Action: expect.arrayContaining(['mechanicalturk:SendBonus']) }),
        ]),
      });
  });

  test("a policy of AWS with a role's name is no conflict", () => {
    const arn = `arn:aws:iam::aws:policy/${name('paymaster')}`;
    expect(brief(ruled({ change: withPolicy(arn, says(denyAll)) }))).toEqual([]);
  });
});

test('without a record everything counts as given before, and no user as the lab’s', () => {
  const change = takeOut('fay', name('paymaster'));
  const result = ruled({ applied: null, change });
  expect(brief(result)).toEqual(sampleTeam.members.map(({ key }) => `${key} replaced ${PATH}`));
  const restore = ['ada', 'bo', 'cy', 'gus'];
  expect(brief(ruled({ applied: null, change, restore }))).toEqual([`fay replaced ${PATH}`]);
});

test('the first apply, to an empty account, creates every member', () => {
  const empty = { access: emptyModel(sampleTeam.account), ids: { user: new Map(), group: new Map() } };
  const { withheld, newUsers } = ruleFor({
    ...{ team: sampleTeam, today: TODAY, applied: null },
    ...{ account: empty, restore: new Set<string>() },
  });
  expect(withheld).toEqual([]);
  expect(newUsers).toHaveLength(sampleTeam.members.length);
});

test.each<[string, Change, readonly string[]]>([
  ['is deleted', same, []],
  ['stays, suspended, in a group outside the path', putInto('bo', 'helpers'), ['bo not-deleted helpers']],
  [
    'who was moved, too, is not the lab’s',
    all(
      putInto('bo', 'helpers'),
      changeUser('bo', () => ({ path: '/' })),
    ),
    [],
  ],
])('the user of who is in no file any more %s', (_what, change, expected) => {
  const team = { ...sampleTeam, members: sampleTeam.members.filter(({ key }) => key !== 'bo') };
  const input = inputOf({ team, applied: sampleTeam, change: all(withGroup({ name: 'helpers' }), change) });
  const result = ruleFor(input);
  expect(brief(result)).toEqual(expected);
  expect(result.team.members.filter(({ key }) => key === 'bo')).toMatchObject(
    expected.map(() => ({ roles: [], suspended: true })),
  );
  // Nor does another user of the name end their suspension so.
  const user = new Map([...input.account.ids.user, [name('bo'), 'id of another']]);
  const ids = { ...input.account.ids, user };
  expect(brief(ruleFor({ ...input, account: { ...input.account, ids } }))).toEqual(expected);
});

test('an apply deletes no user for age by itself', () => {
  const ended = deletesAfter(3, withMember('bo', { until: '2026-01-31' }));
  const { team } = ruled({ team: ended, change: () => desiredAccessBeforeDeletions(ended) });
  expect(desiredAccess(team, TODAY).users.map((user) => user.name)).toContain(name('bo'));
});

test('a role that only attaches a policy of AWS keeps Denies in a policy of its own', () => {
  const change = changeGroup('full-access', ({ attached }) => ({
    attached,
    inline: [{ name: 'no', document: says(statement('Deny', 'mechanicalturk:SendBonus')) }],
  }));
  const result = ruled({ change });
  expect(brief(result)).toEqual([keeps('full-access', ['SendBonus'])]);
  const arn = rolePolicyArn(sampleTeam, 'full-access');
  expect(desiredAccessBeforeDeletions(result.team).policies.map((policy) => policy.arn)).toContain(arn);
  expect(role({ key: 'x' }).keptDenies).toBeUndefined();
});
