import * as aws from '@aws-sdk/client-iam';
import { reconcile } from '../../src/app/apply/reconcile.ts';
import { fullScan, quickScan } from '../../src/app/drift/run-scan.ts';
import type { LabSession } from '../../src/app/session/lab-session.ts';
import { changeRecord, withBegun } from '../../src/app/session/records.ts';
import type { DriftFinding } from '../../src/drift/finding.ts';
import { appliedTeam } from '../../src/team/applied-team.ts';
import { iamName } from '../../src/team/names.ts';
import type { Team } from '../../src/team/team.ts';
import { testInTurn } from '../support/exhaustive.ts';
import {
  applied,
  appliedTo,
  copyOf,
  type LabInTest,
  type LabMemory,
  orThrow,
  withLab,
} from '../support/lab-in-test.ts';
import { member, sampleTeam } from '../support/sample-team.ts';
import { SILENT } from '../support/silent-terminal.ts';

const test = testInTurn(3);

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

const line = ({ id, cause, remediation: outcome }: DriftFinding) => `${id}: ${cause}, ${outcome}`;
const full = async (lab: LabSession) => orThrow(await fullScan(lab, { cloudTrail: false }, SILENT)).scan;
const quick = async (lab: LabSession) => (await quickScan(lab, { cloudTrail: false }, SILENT)).scan;

/** An emergency Deny for gus and a removal of bo, after a reconcile in mode additions. */
let kept: LabMemory;

async function inLab<T>(from: LabMemory, work: (test: LabInTest, lab: LabSession) => Promise<T>): Promise<T> {
  return withLab(from, async (test) => {
    return work(test, test.lab(team));
  });
}

async function emergency({ iam }: LabSession): Promise<void> {
  await iam.send(new aws.PutUserPolicyCommand({ ...user('gus'), PolicyName: 'emergency', PolicyDocument: DENY }));
  await iam.send(new aws.RemoveUserFromGroupCommand({ ...user('bo'), ...group('task-publisher') }));
}

beforeAll(async () => {
  const start = await appliedTo(team);
  kept = await inLab(start, async (test, lab) => {
    await emergency(lab);
    await lab.iam.send(new aws.AddUserToGroupCommand({ ...user('bo'), ...group('paymaster') }));
    const scan = orThrow(await fullScan(lab, { cloudTrail: false }, SILENT));
    orThrow(await reconcile(lab, scan, SILENT));
    return copyOf(test.memory);
  });
});

const MANUAL = ['access-withheld/bo: manual, announced', 'deny-kept/user/gus: manual, manual'];
const EVE = 'user-deleted/eve: pending, manual';

test('what a reconcile withholds or keeps stays a manual change if the file changes elsewhere', async () => {
  await inLab(kept, async (test) => {
    const lab = test.lab(withEve);
    for (const scan of [await full(lab), await quick(lab)]) {
      expect(scan.findings.map(line).sort()).toEqual([...MANUAL, EVE]);
      expect(scan.class).toBe('drift');
    }
  });
});

test('of an apply that ended half-way what is missing is pending, and what was done by hand is not', async () => {
  await inLab(kept, async (test) => {
    const lab = test.lab(withEve);
    orThrow(await changeRecord(lab.records, (record) => withBegun(record, appliedTeam(withEve, lab.today), lab.now())));
    // The user eve exists, but the group memberships of eve do not.
    await lab.iam.send(
      new aws.CreateUserCommand({
        ...user('eve'),
        Path: `/mturk/${team.lab}/`,
        PermissionsBoundary: `arn:aws:iam::${team.account}:policy/mturk-boundary/${team.lab}`,
        Tags: [
          { Key: 'mturk-team:lab', Value: team.lab },
          { Key: 'mturk-team:member', Value: 'eve' },
        ],
      }),
    );
    const scan = await quick(lab);
    expect(scan.findings.map(line).filter((each) => !each.includes('eve'))).toEqual(MANUAL);
    const findings = scan.findings.filter(({ id }) => id.includes('eve'));
    expect(findings.length).toBeGreaterThan(0);
    expect(new Set(findings.map(({ cause }) => cause))).toEqual(new Set(['pending']));
  });
});

test('a check during which an apply ends says so, and takes nothing of it for a manual change', () =>
  inLab(kept, async (test, lab) => {
    let hasApplied = false;
    test.listen(async ({ action, phase }) => {
      if (action !== 'GetAccountAuthorizationDetails' || phase !== 'after' || hasApplied) return true;
      hasApplied = true;
      await applied(test.lab(withEve));
      return true;
    });
    const scan = await fullScan(lab, { cloudTrail: false }, SILENT);
    expect({ hasApplied, scan: scan.ok ? 'complete' : scan.failure.code }).toEqual({
      ...{ hasApplied: true, scan: 'record-changed' },
    });
  }));
