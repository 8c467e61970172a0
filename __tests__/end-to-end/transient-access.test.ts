import {
  AddUserToGroupCommand,
  AttachGroupPolicyCommand,
  AttachUserPolicyCommand,
  CreatePolicyCommand,
  CreatePolicyVersionCommand,
  DeleteUserPermissionsBoundaryCommand,
  PutGroupPolicyCommand,
  PutUserPolicyCommand,
} from '@aws-sdk/client-iam';
import { desiredAccess } from '../../src/access/sources/desired.ts';
import { OPERATIONS, operationsOf } from '../../src/catalog/mturk.ts';
import { usersToSuspend } from '../../src/review/apply/suspension.ts';
import { iamName, rolePolicyArn } from '../../src/team/names.ts';
import type { Member, Team } from '../../src/team/team.ts';
import { sampleOf, testInTurn } from '../support/exhaustive.ts';
import { bootstrapped, ENGINE_TITLE, inTurns, TODAY } from '../support/lab-in-test.ts';
import { member, role, sampleTeam } from '../support/sample-team.ts';
import { type Change, type ChangeSeen, seeChange } from '../support/transient-access-change.ts';

const test = testInTurn(3);

const READ = operationsOf('results:read');
const BONUS = operationsOf('pay:bonus');
const FULL = 'AmazonMechanicalTurkFullAccess';

const reader = role({ key: 'reader', allow: READ });
const payer = role({ key: 'payer', allow: [...READ, ...BONUS] });
const narrowPayer = role({ key: 'payer', allow: READ });
const noBonus = role({ key: 'no-bonus', allow: ['GetHIT'], deny: ['SendBonus'] });
const full = role({ key: 'full', managed: [FULL] });
const fullButBonus = role({ key: 'full', managed: [FULL], deny: ['SendBonus'] });
const ownButBonus = role({ key: 'full', allow: OPERATIONS, deny: ['SendBonus', 'DeleteHIT'] });

/** A team of four roles, with what is given instead. Bo is in it as described, or not at all. */
function team(bo: Partial<Member> | null, given: Partial<Team> = {}): Team {
  return {
    ...sampleTeam,
    owners: ['al'],
    roles: [full, noBonus, payer, reader],
    members: [member({ key: 'al', roles: ['reader'] }), ...(bo === null ? [] : [member({ key: 'bo', ...bo })])],
    departed: bo === null ? [{ key: 'bo', left: '2026-11-20', reason: 'graduated' }] : [],
    ...given,
  };
}

const PAYER = { roles: ['payer'] };
const READER = { roles: ['reader'] };
const BO = { UserName: 'perception-lab-bo' };
const EVERYTHING = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: 'mechanicalturk:*', Resource: '*' }],
});
const NOTHING = EVERYTHING.replace('Allow', 'Deny');
const widenPayer = new CreatePolicyVersionCommand({
  PolicyArn: rolePolicyArn(sampleTeam, 'payer'),
  PolicyDocument: EVERYTHING,
  SetAsDefault: true,
});

/** Each: what changes, how, and who has to be held while it does. */
const CHANGES: readonly (readonly [string, Change, readonly string[]])[] = [
  [
    'a suspension is lifted while a role is lost',
    { before: team({ ...PAYER, suspended: true }), after: team(READER) },
    ['bo'],
  ],
  [
    'a suspension becomes a last day while a role is lost',
    { before: team({ ...PAYER, suspended: true }), after: team({ ...READER, until: '2027-05-31' }) },
    ['bo'],
  ],
  [
    'a suspension is lifted while the role narrows',
    {
      before: team({ ...PAYER, suspended: true }),
      after: team(PAYER, { roles: [full, noBonus, narrowPayer, reader] }),
    },
    ['bo'],
  ],
  ['a suspended member leaves', { before: team({ ...PAYER, suspended: true }), after: team(null) }, ['bo']],
  [
    'a suspended member leaves while their role widens and a freeze ends',
    {
      before: team({ ...PAYER, suspended: true }, { freeze: ['pay:bonus'] }),
      after: team(null, { roles: [full, noBonus, { ...payer, allow: OPERATIONS }, reader] }),
    },
    ['bo'],
  ],
  [
    'a member whose last day has passed leaves',
    { before: team({ ...PAYER, until: '2026-11-10' }), beforeOn: '2026-11-01', after: team(null) },
    ['bo'],
  ],
  [
    'a last day in the past is put into the future while a role is lost',
    {
      before: team({ ...PAYER, until: '2026-11-10' }),
      beforeOn: '2026-11-01',
      after: team({ ...READER, until: '2027-05-31' }),
    },
    ['bo'],
  ],
  [
    'a last day in the past is taken back while a role is lost',
    { before: team({ ...PAYER, until: '2026-11-10' }), beforeOn: '2026-11-01', after: team(READER) },
    ['bo'],
  ],
  [
    'a first day to come is taken back while a role is lost',
    { before: team({ ...PAYER, from: '2027-01-10' }), after: team(READER) },
    ['bo'],
  ],
  [
    'a role with an Allow and a role with its Deny are taken together',
    { before: team({ roles: ['no-bonus', 'payer'] }), after: team(READER) },
    ['bo'],
  ],
  [
    'a role with an Allow and a role with its Deny are given together',
    { before: team(READER), after: team({ roles: ['no-bonus', 'payer'] }) },
    ['bo'],
  ],
  [
    'a new member gets a role with an Allow and a role with its Deny',
    {
      before: team(null),
      after: team({ roles: ['no-bonus', 'payer'] }),
    },
    ['bo'],
  ],
  [
    'a member who has a role with an Allow and one with its Deny leaves while the second goes, too',
    { before: team({ roles: ['no-bonus', 'payer'] }), after: team(null, { roles: [full, payer, reader] }) },
    ['bo'],
  ],
  [
    'a freeze is lifted while a role is narrowed',
    {
      before: team(PAYER, { freeze: ['pay:bonus'] }),
      after: team(PAYER, { roles: [full, noBonus, narrowPayer, reader] }),
    },
    [],
  ],
  [
    'a freeze is lifted while a member leaves a role',
    { before: team(PAYER, { freeze: ['pay:bonus'] }), after: team(READER) },
    ['bo'],
  ],
  [
    'a role widens while a member leaves it',
    {
      before: team(PAYER),
      after: team(READER, { roles: [full, noBonus, { ...payer, allow: OPERATIONS }, reader] }),
    },
    ['bo'],
  ],
  [
    'a role widens while a member leaves the lab',
    { before: team(PAYER), after: team(null, { roles: [full, noBonus, { ...payer, allow: OPERATIONS }, reader] }) },
    ['bo'],
  ],
  [
    "AWS's policy is replaced by an own one that denies a part of it",
    {
      before: team({ roles: ['full'] }),
      after: team({ roles: ['full'] }, { roles: [ownButBonus, noBonus, payer, reader] }),
    },
    [],
  ],
  [
    "an own policy that denies a part is replaced by AWS's while a member leaves it",
    {
      before: team({ roles: ['full'] }, { roles: [ownButBonus, noBonus, payer, reader] }),
      after: team(READER),
    },
    ['bo'],
  ],
  [
    "AWS's policy goes together with the Deny that tempered it",
    {
      before: team({ roles: ['full'] }, { roles: [fullButBonus, noBonus, payer, reader] }),
      after: team({ roles: ['full'] }, { roles: [{ ...reader, key: 'full' }, noBonus, payer, reader] }),
    },
    ['bo'],
  ],
  [
    'a freeze is lifted from a role of AWS while its members change',
    { before: team({ roles: ['full'] }, { freeze: ['pay:bonus'] }), after: team(READER, { freeze: ['hits:publish'] }) },
    ['bo'],
  ],
  [
    'a role that was joined by hand is taken back together with an edited policy',
    {
      before: team(PAYER, { roles: [full, noBonus, narrowPayer, reader] }),
      byHand: async (iam) => {
        await iam.send(new AddUserToGroupCommand({ ...BO, GroupName: 'perception-lab-no-bonus' }));
        await iam.send(widenPayer);
      },
      after: team(PAYER, { roles: [full, noBonus, narrowPayer, reader] }),
    },
    ['bo'],
  ],
  [
    'a Deny that was put on by hand goes together with an edited policy and an attached one',
    {
      before: team(PAYER),
      byHand: async (iam) => {
        await iam.send(widenPayer);
        await iam.send(new AttachUserPolicyCommand({ ...BO, PolicyArn: `arn:aws:iam::aws:policy/${FULL}` }));
        await iam.send(new PutUserPolicyCommand({ ...BO, PolicyName: 'block', PolicyDocument: NOTHING }));
        await iam.send(new DeleteUserPermissionsBoundaryCommand(BO));
      },
      after: team(PAYER),
    },
    ['bo'],
  ],
  [
    'an Allow that was put on by hand goes while a suspension is lifted',
    {
      before: team({ ...PAYER, suspended: true }),
      byHand: (iam) => iam.send(new PutUserPolicyCommand({ ...BO, PolicyName: 'own', PolicyDocument: EVERYTHING })),
      after: team(READER),
    },
    ['bo'],
  ],
  [
    'a Deny that was attached to a member by hand goes while a role is lost',
    {
      before: team(PAYER),
      byHand: async (iam) => {
        const { Policy } = await iam.send(new CreatePolicyCommand({ PolicyName: 'block', PolicyDocument: NOTHING }));
        await iam.send(new AttachUserPolicyCommand({ ...BO, PolicyArn: Policy?.Arn }));
      },
      after: team(READER),
    },
    ['bo'],
  ],
  [
    'a suspended member who leaves was added to another role by hand',
    {
      before: team({ ...READER, suspended: true }),
      byHand: (iam) => iam.send(new AddUserToGroupCommand({ ...BO, GroupName: 'perception-lab-payer' })),
      after: team(null),
    },
    ['bo'],
  ],
  [
    "AWS's policy was attached by hand to a suspended member who leaves",
    {
      before: team({ ...PAYER, suspended: true }),
      byHand: (iam) => iam.send(new AttachUserPolicyCommand({ ...BO, PolicyArn: `arn:aws:iam::aws:policy/${FULL}` })),
      after: team(null),
    },
    ['bo'],
  ],
  [
    "AWS's policy and a Deny were put on a role by hand",
    {
      before: team(READER),
      byHand: async (iam) => {
        const group = { GroupName: 'perception-lab-reader' };
        await iam.send(new AttachGroupPolicyCommand({ ...group, PolicyArn: `arn:aws:iam::aws:policy/${FULL}` }));
        await iam.send(new PutGroupPolicyCommand({ ...group, PolicyName: 'block', PolicyDocument: NOTHING }));
      },
      after: team(READER),
    },
    ['al', 'bo'],
  ],
];

const start = await bootstrapped();

const isManual = ({ byHand }: Change) => byHand !== undefined;
/** Some changes of the file alone and some after manual changes; all of them in an exhaustive run. */
const SAMPLE = [
  ...sampleOf(
    CHANGES.filter(([, change]) => !isManual(change)),
    1,
  ),
  ...sampleOf(
    CHANGES.filter(([, change]) => isManual(change)),
    1,
  ),
];

test.each(CHANGES.filter(([, change]) => !isManual(change)))(
  'who is suspended during the apply: %s',
  (_title, change, held) => {
    const { before, beforeOn = TODAY, after } = change;
    const suspended = usersToSuspend(
      desiredAccess(before, beforeOn),
      desiredAccess(after, TODAY),
      new Date(`${TODAY}T12:00:00Z`),
    );
    expect(suspended).toEqual(held.map((key) => iamName(after.lab, key)));
  },
);

test(`no member may do during an apply what neither the old nor the new state allows (${ENGINE_TITLE})`, async () => {
  const seen: Record<string, Omit<ChangeSeen, 'looks'>> = {};
  let looks = 0;
  await inTurns(SAMPLE, async ([title, change]) => {
    const { held, problems, looks: more } = await seeChange(start, change);
    seen[title] = { held, problems };
    looks += more;
  });
  expect(seen).toEqual(Object.fromEntries(SAMPLE.map(([title, , held]) => [title, { held, problems: [] }])));
  expect(looks).toBeGreaterThan(SAMPLE.length * 10);
});

test('without the suspension a member gets access in between, and the test sees it', async () => {
  const seen = await seeChange(start, {
    before: team(PAYER, { freeze: ['pay:bonus'] }),
    after: team(READER),
    holdNobody: true,
  });
  expect(seen.problems[0]).toMatch(/^perception-lab-bo may SendBonus after call \d+, CreatePolicyVersion /);
});
