import * as aws from '@aws-sdk/client-iam';
import { reconcile } from '../../src/cli/drift/reconcile.ts';
import { fullScan, quickScan } from '../../src/cli/drift/run-scan.ts';
import type { Terminal } from '../../src/cli/io.ts';
import { applyStack } from '../../src/cli/session/apply.ts';
import type { LabSession } from '../../src/cli/session/lab-session.ts';
import { planStack } from '../../src/cli/session/plan.ts';
import { applyRecord, noteApply } from '../../src/cli/session/records.ts';
import type { DriftFinding } from '../../src/drift/finding.ts';
import { reviewOf } from '../../src/review/changes/review.ts';
import { iamName } from '../../src/team/names.ts';
import type { Team } from '../../src/team/team.ts';
import {
  appliedTo,
  copyOf,
  type LabInTest,
  type LabMemory,
  orThrow,
  planned,
  withLab,
} from '../support/lab-in-test.ts';
import { member, sampleTeam } from '../support/sample-team.ts';

const team: Team = {
  ...sampleTeam,
  settings: { ...sampleTeam.settings, reconcile: 'additions' },
};
const withEve: Team = {
  ...team,
  members: [...team.members, member({ key: 'eve', name: 'Eve', roles: ['results-reader'] })].sort((a, b) =>
    a.key < b.key ? -1 : 1,
  ),
};
const user = (key: string) => ({ UserName: iamName(team.lab, key) });
const group = (key: string) => ({ GroupName: iamName(team.lab, key) });
const DENY = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Deny', Action: 'mechanicalturk:*', Resource: '*' }],
});

const terminal: Terminal = {
  stdout: () => {},
  stderr: () => {},
  isTerminal: false,
  color: false,
  width: 100,
  confirm: async () => false,
};
const line = ({ id, cause, remediation: outcome }: DriftFinding) => `${id}: ${cause}, ${outcome}`;
const full = async (lab: LabSession) => orThrow(await fullScan(lab, { cloudTrail: false }, terminal)).scan;
const quick = async (lab: LabSession) => (await quickScan(lab, { cloudTrail: false }, terminal)).scan;

let start: LabMemory;
/** An emergency Deny for gus and a removal of bo that a reconcile in mode additions left as they are. */
let kept: LabMemory;

async function inLab<T>(from: LabMemory, work: (test: LabInTest, lab: LabSession) => Promise<T>): Promise<T> {
  return withLab(from, async (test) => {
    const lab = test.lab(team);
    await noteApply(applyRecord(lab.records), lab, { state: 'applied' });
    return work(test, lab);
  });
}

async function emergency({ iam }: LabSession): Promise<void> {
  await iam.send(new aws.PutUserPolicyCommand({ ...user('gus'), PolicyName: 'emergency', PolicyDocument: DENY }));
  await iam.send(new aws.RemoveUserFromGroupCommand({ ...user('bo'), ...group('task-publisher') }));
}

beforeAll(async () => {
  start = await appliedTo(sampleTeam);
  kept = await inLab(start, async (test, lab) => {
    await emergency(lab);
    await lab.iam.send(new aws.AddUserToGroupCommand({ ...user('bo'), ...group('paymaster') }));
    const request = { reconcile: true, revert: [], ifFingerprint: null };
    const scan = orThrow(await fullScan(lab, { cloudTrail: false }, terminal));
    expect(await reconcile(lab, scan, request, { yes: true }, terminal)).toMatchObject({ outcome: 'reverted' });
    return copyOf(test.memory);
  });
});

const MANUAL = [
  'inline-policy-added/user/gus/emergency: manual, on-request',
  'membership-removed/bo/task-publisher: manual, on-request',
];
const EVE = 'user-deleted/eve: pending, manual';

test('what a reconcile left stays a manual change if the file changes elsewhere', async () => {
  await inLab(kept, async (test) => {
    const lab = test.lab(withEve);
    for (const scan of [await full(lab), await quick(lab)]) {
      expect(scan.findings.map(line).sort()).toEqual([...MANUAL, EVE]);
      expect(scan.class).toBe('drift');
    }
  });
});

test('before anybody answers, a plan names what it puts back that was done by hand, and who gains by it', async () => {
  await inLab(kept, async (test) => {
    const lab = test.lab(withEve);
    const plan = await planned(lab);
    expect(plan.classification).toMatchObject({ class: 'drift' });
    expect(plan.classification.manualChanges.map(({ difference: { kind }, outcome }) => [kind, outcome])).toEqual([
      ['inline-policy-added', 'reverted'],
      ['membership-removed', 'reverted'],
    ]);
    const gus = plan.change.people.find((each) => each.user === iamName(team.lab, 'gus'));
    expect(gus?.worstGain).toBe('spends');
    expect(gus?.unknownPolicies).toEqual({ before: [], after: [] });
    const review = reviewOf({
      ...{ before: team, after: withEve, today: lab.today, at: lab.at },
      plan: { ...plan, plan: plan.saved.plan },
    });
    expect(review.risk).toBe('gains-spending');
    expect(review.unexplained.map(({ kind }) => kind)).toEqual(['manual-change-reverted', 'manual-change-reverted']);
    orThrow(await applyStack(lab, plan));
    expect((await planned(lab)).classification).toMatchObject({ class: 'clean' });
  });
});

test('a Deny that the state still knows of is lifted with a gain, too, in a group as on a user', async () => {
  await inLab(start, async (test, lab) => {
    await emergency(lab);
    await lab.iam.send(
      new aws.PutGroupPolicyCommand({ ...group('paymaster'), PolicyName: 'stop', PolicyDocument: DENY }),
    );
    const calls: string[] = [];
    test.listen(({ action, phase }) => phase === 'after' || calls.push(action) > 0);
    const plan = await planned(lab);
    const reads = calls.filter((action) => action === 'GetGroupPolicy');
    test.listen(null);
    const gains = plan.change.people.filter(({ worstGain }) => worstGain === 'spends').map((each) => each.user);
    expect(gains).toContain(iamName(team.lab, 'gus'));
    expect(gains).toContain(iamName(team.lab, 'fay'));
    expect(reads).toHaveLength(1);
  });
});

test('detaching a policy that denied a member access counts as a gain, for a policy of AWS and for one of the account', async () => {
  await inLab(start, async (_test, lab) => {
    const stop = await lab.iam.send(new aws.CreatePolicyCommand({ PolicyName: 'stop', PolicyDocument: DENY }));
    await lab.iam.send(new aws.AttachUserPolicyCommand({ ...user('fay'), PolicyArn: stop.Policy?.Arn }));
    const PolicyArn = 'arn:aws:iam::aws:policy/AWSDenyAll';
    await lab.iam.send(new aws.AttachUserPolicyCommand({ ...user('ada'), PolicyArn }));
    const { change } = await planned(lab);
    const gains = change.people.filter(({ worstGain }) => worstGain === 'spends').map((each) => each.user);
    expect(gains).toEqual([iamName(team.lab, 'ada'), iamName(team.lab, 'fay')]);
    expect(change.people.flatMap(({ operations }) => operations.lost)).toEqual([]);
  });
});

test('what AWS refuses to tell of a policy stays unknown', async () => {
  await inLab(start, async (test, lab) => {
    await lab.iam.send(
      new aws.PutGroupPolicyCommand({ ...group('paymaster'), PolicyName: 'stop', PolicyDocument: DENY }),
    );
    const { iam } = lab;
    const { AccessKey: key } = await iam.send(new aws.CreateAccessKeyCommand(user('fay')));
    const credentials = { accessKeyId: key?.AccessKeyId ?? '', secretAccessKey: key?.SecretAccessKey ?? '' };
    const reader = new aws.IAMClient({ region: 'us-east-1', endpoint: test.emulator.endpoint, credentials });
    const { change } = orThrow(await planStack({ ...lab, iam: reader }));
    reader.destroy();
    const unknown = change.people.flatMap(({ unknownPolicies }) => unknownPolicies.before);
    expect(unknown).toContainEqual({ holder: `group ${iamName(team.lab, 'paymaster')}`, policy: 'stop' });
  });
});

test('of an apply that ended half-way what is missing is pending, and what was done by hand is not', async () => {
  await inLab(kept, async (test) => {
    const lab = test.lab(withEve);
    const record = applyRecord(lab.records);
    await noteApply(record, lab, { state: 'applying' });
    // The user eve exists, but the group memberships of eve do not.
    await lab.iam.send(
      new aws.CreateUserCommand({
        ...user('eve'),
        Path: `/mturk/${team.lab}/`,
        PermissionsBoundary: `arn:aws:iam::${team.account}:policy/mturk-boundary/${team.lab}`,
      }),
    );
    const scan = await quick(lab);
    expect(scan.findings.map(line).filter((each) => !each.includes('eve'))).toEqual(MANUAL);
    const findings = scan.findings.filter(({ id }) => id.includes('eve'));
    expect(findings.length).toBeGreaterThan(0);
    expect(new Set(findings.map(({ cause }) => cause))).toEqual(new Set(['pending']));
  });
});
