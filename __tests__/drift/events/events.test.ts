import type { CloudTrailEvent } from '../../../src/aws/cloudtrail.ts';
import { attribute, changedBack, manualChanges } from '../../../src/drift/events/events.ts';
import type { DriftFinding } from '../../../src/drift/finding.ts';
import { boundaryArn, iamName, rolePolicyArn, workflowRoleArn } from '../../../src/team/names.ts';
import type { Sample } from '../../support/detected-of.ts';
import { findingOf, team } from '../../support/sample-scans.ts';
import { member } from '../../support/sample-team.ts';

const BO = 'perception-lab-bo';
const PAYMASTER = 'perception-lab-paymaster';
const POLICY = rolePolicyArn(team, 'paymaster');
const FOREIGN = 'arn:aws:iam::123456789012:policy/tools/extra';
const SINCE = new Date('2026-11-25T00:00:00Z');
const APPLIED = '2026-11-25T08:30:00.000Z';
const MEMBERSHIP = { userName: BO, groupName: PAYMASTER };

type Call = readonly [name: string, parameters: Record<string, unknown>, more?: Partial<CloudTrailEvent>];

/** The changes that calls are, given in the order in which they were made, a minute apart. The first caller is `one`. */
function changes(...calls: readonly Call[]) {
  const actors = ['one', 'two', 'three'];
  const events = calls.map(([name, parameters, more]): CloudTrailEvent => {
    const index = calls.findIndex((each) => each[1] === parameters && each[0] === name);
    return {
      ...{ name, parameters, at: `2026-11-25T08:0${index}:00Z`, actor: actors[index] ?? '', user: null, role: null },
      ...{ sourceIp: null, userAgent: 'cli', ...more },
    };
  });
  return manualChanges(events.reverse(), team);
}

const difference = (
  given: Extract<Sample, { kind: 'difference' }>['difference'],
  cause: DriftFinding['cause'] = 'manual',
) => findingOf({ kind: 'difference', difference: given }, { cause });
const added = difference({ kind: 'membership-added', group: PAYMASTER, user: BO, unmanaged: false });
const attached = difference({ kind: 'policy-attached', holder: { kind: 'group', name: PAYMASTER }, arn: FOREIGN });
const edited = difference({ kind: 'policy-changed', arn: POLICY, from: { Statement: [] }, to: { Statement: [] } });
const unmanaged = findingOf({
  kind: 'unmanaged',
  resource: {
    kind: 'policy',
    name: 'x',
    arn: `${POLICY}-2`,
    path: '/mturk/perception-lab/',
    details: { document: null, attachments: 0 },
  },
});
const ssh = findingOf({ kind: 'ssh-key', user: BO, ids: ['APKA1'] });
const given = { kind: 'access-not-given', user: BO, others: [] } as const;
const beyond = findingOf({ ...given, way: null }, { cause: 'manual' });
const assumed = {
  control: 'account',
  actions: ['sts:AssumeRole'],
  on: { kind: 'role', name: 'Admin' },
  next: null,
} as const;
const trusted = findingOf({ ...given, way: assumed }, { cause: 'manual' });
const withheld = findingOf({ kind: 'access-withheld', user: BO, operations: [], from: null }, { cause: 'manual' });
const kept = findingOf({ kind: 'deny-kept', holder: { kind: 'user', name: BO }, operations: [] }, { cause: 'manual' });
const outdated = findingOf({ kind: 'retired-operations', policy: FOREIGN, holder: null, names: [], users: [] });

describe('who caused a finding', () => {
  test.each<[what: string, finding: DriftFinding, by: string | undefined, ...Call[]]>([
    ['the last call', added, 'two', ['AddUserToGroup', MEMBERSHIP], ['AddUserToGroup', { ...MEMBERSHIP }]],
    [
      'no call about another group',
      added,
      'one',
      ['AddUserToGroup', MEMBERSHIP],
      ['AddUserToGroup', { userName: BO, groupName: 'x' }],
    ],
    [
      'no other call about the user',
      added,
      'one',
      ['AddUserToGroup', MEMBERSHIP],
      ['TagUser', { userName: BO, tags: [] }],
    ],
    [
      'no inline policy with the name of the group',
      added,
      undefined,
      ['PutUserPolicy', { userName: BO, policyName: PAYMASTER }],
    ],
    [
      'none of the lab’s roles',
      added,
      'one',
      ['AddUserToGroup', MEMBERSHIP],
      ['AddUserToGroup', { ...MEMBERSHIP }, { role: workflowRoleArn(team, 'apply') }],
    ],
    [
      'no apply at a terminal',
      withheld,
      'one',
      ['RemoveUserFromGroup', MEMBERSHIP],
      ['RemoveUserFromGroup', { ...MEMBERSHIP }, { userAgent: 'terraform' }],
    ],
    [
      'no call after the apply that withheld access',
      withheld,
      'one',
      ['RemoveUserFromGroup', MEMBERSHIP],
      ['RemoveUserFromGroup', { ...MEMBERSHIP }, { at: '2026-11-25T08:31:00Z' }],
    ],
    [
      'no call after the apply that kept a Deny',
      kept,
      'one',
      ['PutUserPolicy', { userName: BO, policyName: 'stop' }],
      ['PutUserPolicy', { userName: BO, policyName: 'stop' }, { at: '2026-11-25T08:31:00Z' }],
    ],
    [
      'Terraform long before the last apply',
      added,
      'one',
      ['AddUserToGroup', MEMBERSHIP, { userAgent: 'terraform', at: '2026-11-25T07:29:00Z' }],
    ],
    [
      'another role beside them',
      added,
      'two',
      ['AddUserToGroup', MEMBERSHIP],
      ['AddUserToGroup', { ...MEMBERSHIP }, { role: `${workflowRoleArn(team, 'apply')}-2` }],
    ],
    [
      'whatever the case of the names',
      added,
      'one',
      ['AddUserToGroup', { userName: BO.toUpperCase(), groupName: PAYMASTER.toUpperCase() }],
    ],
    [
      'the policy that was attached',
      attached,
      'one',
      ['AttachGroupPolicy', { groupName: PAYMASTER, policyArn: FOREIGN }],
      ['AttachGroupPolicy', { groupName: PAYMASTER, policyArn: POLICY }],
    ],
    [
      'an edit of a policy, not its attachment',
      edited,
      'one',
      ['CreatePolicyVersion', { policyArn: POLICY }],
      ['AttachUserPolicy', { userName: BO, policyArn: POLICY }],
    ],
    [
      'the creation of a policy with retired operations',
      outdated,
      'one',
      ['CreatePolicy', { path: '/tools/', policyName: 'extra' }],
    ],
    [
      'the creation of a policy, by path and name',
      unmanaged,
      'one',
      ['CreatePolicy', { path: '/mturk/perception-lab/', policyName: `${PAYMASTER}-2` }],
    ],
    [
      'the change of a role that trusts a member',
      trusted,
      'one',
      ['UpdateAssumeRolePolicy', { roleName: 'Admin' }],
      ['AddUserToGroup', MEMBERSHIP],
    ],
    [
      'a change of a user whose access no other finding explains',
      beyond,
      'one',
      ['AddUserToGroup', MEMBERSHIP],
      ['CreateAccessKey', { userName: BO }],
    ],
    ['a user who need not name itself', ssh, 'one', ['UploadSSHPublicKey', {}, { user: BO }]],
    [
      'nothing for what waits for an apply',
      { ...added, cause: 'pending' } as DriftFinding,
      undefined,
      ['AddUserToGroup', MEMBERSHIP],
    ],
  ])('%s', (_what, finding, by, ...calls) => {
    expect(attribute([finding], changes(...calls), APPLIED)[0]?.lastChange?.actor).toBe(by);
  });
});

describe('what was changed and changed back', () => {
  const listed = (findings: readonly DriftFinding[], calls: readonly Call[], applied: string | null = null) =>
    changedBack(findings, changes(...calls), { team, since: SINCE, applied }).map(
      ({ entity: { kind, name }, changes: all }) => [`${kind} ${name}`, ...all.map(({ event }) => event)].join(' '),
    );

  test('is grouped by what it is about, newest first', () => {
    const calls: Call[] = [
      ['AddUserToGroup', MEMBERSHIP],
      ['TagPolicy', { policyArn: POLICY }],
      ['RemoveUserFromGroup', MEMBERSHIP],
    ];
    expect(listed([], calls)).toEqual([`user ${BO} RemoveUserFromGroup AddUserToGroup`, `policy ${POLICY} TagPolicy`]);
  });

  test.each<[what: string, isListed: boolean, Call]>([
    ['a user outside the lab', true, ['AttachUserPolicy', { userName: 'old', policyArn: FOREIGN }]],
    ['a role of the lab', true, ['UpdateAssumeRolePolicy', { roleName: iamName(team.lab, 'apply') }]],
    ['any other role', false, ['UpdateAssumeRolePolicy', { roleName: 'build' }]],
    ['the boundary', true, ['CreatePolicyVersion', { policyArn: boundaryArn(team) }]],
    ['any other policy', false, ['CreatePolicyVersion', { policyArn: FOREIGN }]],
    ['an identity provider', true, ['DeleteOpenIDConnectProvider', { openIDConnectProviderArn: 'arn:x' }]],
    ['the account', false, ['CreateAccountAlias', { accountAlias: 'x' }, { user: BO }]],
    ['what was before', false, ['AddUserToGroup', MEMBERSHIP, { at: '2026-11-24T23:59:59Z' }]],
  ])('%s: %s', (_what, isListed, call) => {
    expect(listed([], [call])).toHaveLength(isListed ? 1 : 0);
  });

  test.each<[what: string, isListed: boolean, by: string, userName: string, groupName: string]>([
    ['a neighbor of its own', false, 'good-lab', 'good-lab-bo', 'good-lab-payer'],
    ['one of its name of the lab’s', true, 'good-lab', BO, PAYMASTER],
    ['one of its name of both', true, 'good-lab', 'good-lab-bo', PAYMASTER],
    ['one of its name, in other letters', true, 'good-lab', BO.toUpperCase(), PAYMASTER.toUpperCase()],
    ['one with the beginning of the lab’s name', true, 'perception', BO, PAYMASTER],
    [
      'one whose name begins with the lab’s, of its own',
      false,
      'perception-lab-b',
      'perception-lab-b-o',
      'perception-lab-b-p',
    ],
    ['one of its name, with a capital', true, 'perception-lab-b', 'perception-lab-b-Oz', 'perception-lab-b-p'],
    ['a lab that is no neighbor', true, 'other-lab', 'other-lab-bo', 'other-lab-payer'],
  ])('by the role of %s: %s', (_what, isListed, lab, userName, groupName) => {
    const neighbors = ['good-lab', 'perception', 'perception-lab-b'];
    const role = workflowRoleArn({ ...team, lab }, 'plan');
    const members = [...team.members, member({ key: 'b-Oz' })];
    const beside = { ...team, members, settings: { ...team.settings, neighbors } };
    const [change] = changes(['AddUserToGroup', { userName, groupName }, { role }]);
    expect(change).toBeDefined();
    expect(manualChanges([change!.event], beside)).toHaveLength(isListed ? 1 : 0);
  });

  test('what a finding shows is left out, if no apply waits for it', () => {
    const call: Call = ['AddUserToGroup', MEMBERSHIP];
    expect(listed([added], [call])).toEqual([]);
    expect(listed([{ ...added, cause: 'pending' } as DriftFinding], [call])).toHaveLength(1);
    expect(listed([ssh], [call])).toHaveLength(1);
  });

  test('of several changes that a finding can come from, only the last is left out', () => {
    const put = (at: string): Call => ['AddUserToGroup', MEMBERSHIP, { at }];
    const calls = [put('2026-11-25T20:00:00Z'), put('2026-11-25T18:00:00Z')];
    expect(listed([added], calls)).toEqual([`user ${BO} AddUserToGroup`]);
  });

  test.each([
    ['a Deny that is kept', findingOf({ kind: 'deny-kept', holder: { kind: 'user', name: BO }, operations: [] })],
    ['access that is withheld', withheld],
  ])('%s hides nothing that was changed back, before or after its apply', (_what, finding) => {
    const both = (at: string): Call[] => [
      ['AddUserToGroup', MEMBERSHIP, { at }],
      ['RemoveUserFromGroup', MEMBERSHIP, { at }],
    ];
    const later = both('2026-11-25T20:00:00Z');
    expect(listed([finding], later, APPLIED)).toEqual([`user ${BO} RemoveUserFromGroup AddUserToGroup`]);
    expect(listed([finding], both('2026-11-25T08:00:00Z'), APPLIED)[0]).toContain('AddUserToGroup');
  });

  test('Terraform in the hour before the last apply ended is that apply', () => {
    const terraform: Call = ['AddUserToGroup', MEMBERSHIP, { userAgent: 'terraform' }];
    expect(listed([], [terraform], APPLIED)).toEqual([]);
    expect(listed([], [['AddUserToGroup', MEMBERSHIP]], APPLIED)).toHaveLength(1);
    expect(listed([], [terraform], '2026-11-25T07:58:00.000Z')).toHaveLength(1);
    expect(listed([], [terraform], '2026-11-25T09:01:00.000Z')).toHaveLength(1);
  });
});
