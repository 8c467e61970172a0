import {
  AddUserToGroupCommand,
  AttachGroupPolicyCommand,
  CreateGroupCommand,
  CreateUserCommand,
  DeleteUserCommand,
  type IAMClient,
  RemoveUserFromGroupCommand,
} from '@aws-sdk/client-iam';
import { type ApplyOptions, planAndApply } from '../../src/app/apply/apply.ts';
import { quickCheck } from '../../src/app/drift/run-scan.ts';
import { noChanges, planStack } from '../../src/app/plan/plan.ts';
import { showPlan } from '../../src/cli/plan-output.ts';
import { boundaryArn, iamName, labPath, memberTags } from '../../src/team/names.ts';
import { callIam, policy } from '../emulator/clients.ts';
import { testInTurn } from '../support/exhaustive.ts';
import { appliedTo, type LabInTest, orThrow, TODAY, withLab } from '../support/lab-in-test.ts';
import { smallTeam } from '../support/sample-team.ts';
import { SILENT } from '../support/silent-terminal.ts';

const test = testInTurn(3);

const FULL = 'arn:aws:iam::aws:policy/AmazonMechanicalTurkFullAccess';
const bo = iamName(smallTeam.lab, 'bo');

/** A group under the lab's own path that gives Bo everything: Terraform does not know it. */
async function shadowGroup(iam: IAMClient): Promise<void> {
  const GroupName = iamName(smallTeam.lab, 'shadow');
  await iam.send(new CreateGroupCommand({ GroupName, Path: `/mturk/${smallTeam.lab}/` }));
  await iam.send(new AttachGroupPolicyCommand({ GroupName, PolicyArn: FULL }));
  await iam.send(new AddUserToGroupCommand({ GroupName, UserName: bo }));
}

const OPTIONS: ApplyOptions = {
  ...{ file: 'team.yaml', today: TODAY, emulator: '', json: false, stack: 'team', parallelism: null },
  ...{ yes: false, restore: [], commit: null, ownerIds: new Map(), appliedAt: null, result: null },
};

/** Applies the sample with Fay suspended; `meanwhile` is what happens while the question waits. */
async function applyAsking(
  test: LabInTest,
  meanwhile: (iam: IAMClient) => Promise<unknown>,
  options: Partial<ApplyOptions> = {},
) {
  const members = smallTeam.members.map((member) =>
    member.key === 'fay' ? { ...member, suspended: true, keys: 0 } : member,
  );
  const session = test.lab({ ...smallTeam, members });
  const shown: unknown[] = [];
  const terminal = {
    ...SILENT,
    confirm: async () => {
      await meanwhile(session.iam);
      return true;
    },
  };
  const result = await planAndApply(
    session,
    { ...OPTIONS, ...options },
    terminal,
    (_session, _planned, check) => shown.push(check),
    () => shown.push('begun'),
  );
  return { result, shown };
}

test('plan and apply report what Terraform does not know and they end, with three calls', async () => {
  await withLab(await appliedTo(smallTeam), async (test) => {
    const session = test.lab(smallTeam);
    await shadowGroup(session.iam);
    const planned = orThrow(await planStack(session));
    expect(noChanges(planned)).toBe(true);
    const calls = test.emulator.calls.length;
    const check = await quickCheck(session, planned, SILENT);
    const asked = test.emulator.calls.slice(calls).map(({ action }) => action);
    expect(asked.sort()).toEqual([
      ...['GetAccountAuthorizationDetails', 'GetAccountSummary', 'ListServiceSpecificCredentials'],
    ]);
    const out: string[] = [];
    const terminal = { ...SILENT, stdout: (text: string) => out.push(text) };
    showPlan(session, planned, check, { json: false, resources: false }, terminal);
    expect(out.join('').replace(/\s+/g, ' ')).toMatch(
      /Bo Chen \(bo\) loses some access; 1 manual change reverted.*no other drift\. Plan: Terraform changes nothing/,
    );
    out.length = 0;
    showPlan(session, planned, check, { json: true, resources: false }, terminal);
    expect(JSON.parse(out.join(''))).toMatchObject({
      plan: { add: 0 },
      quickCheck: { findings: [], isAccessKnown: true, notChecked: [] },
    });
  });
});

/** Terraform knows this group: a plan gives Bo the role back, unless it is withheld. */
async function emptyGroup(iam: IAMClient): Promise<void> {
  const GroupName = iamName(smallTeam.lab, 'results-reader');
  await iam.send(new RemoveUserFromGroupCommand({ GroupName, UserName: bo }));
}

test('a manual change made while apply waits for its answer makes another plan, and nothing is applied', async () => {
  await withLab(await appliedTo(smallTeam), async (test) => {
    const { result, shown } = await applyAsking(test, emptyGroup);
    expect(result).toMatchObject({ ok: false, failure: { code: 'plan-stale' } });
    expect(shown).toMatchObject([{ findings: [] }]);
  });
});

test('a Deny that became wider while apply --restore waited is not lifted', async () => {
  await withLab(await appliedTo(smallTeam), async (test) => {
    const deny = (action: string) => (iam: IAMClient) =>
      callIam(iam, 'PutUserPolicy', { UserName: bo, PolicyName: 'stop', PolicyDocument: policy('Deny', action) });
    await deny('mechanicalturk:GetHIT')(test.lab(smallTeam).iam);
    const { result } = await applyAsking(test, deny('*'), { restore: ['bo'] });
    expect(result).toMatchObject({ ok: false, failure: { code: 'plan-stale' } });
  });
});

test('a user is accepted who was there when the plan was shown, and no later one of the name', async () => {
  await withLab(await appliedTo(smallTeam), async (test) => {
    const ada = { UserName: iamName(smallTeam.lab, 'ada') };
    const again = async (iam: IAMClient) => {
      await iam.send(new DeleteUserCommand(ada));
      const Tags = Object.entries(memberTags(smallTeam.lab, 'ada')).map(([Key, Value]) => ({ Key, Value }));
      const as = { Path: labPath(smallTeam.lab), PermissionsBoundary: boundaryArn(smallTeam), Tags };
      await iam.send(new CreateUserCommand({ ...ada, ...as }));
    };
    const { iam } = test.lab(smallTeam);
    await iam.send(new RemoveUserFromGroupCommand({ ...ada, GroupName: iamName(smallTeam.lab, 'results-reader') }));
    await again(iam);
    const { result } = await applyAsking(test, again, { restore: ['ada'] });
    expect(result).toMatchObject({ ok: false, failure: { code: 'plan-stale' } });
    const accepted = await applyAsking(test, async () => {}, { restore: ['ada'] });
    expect(accepted.result.ok).toBe(true);
    expect(orThrow(await planStack(test.lab(smallTeam))).ruled.withheld).toEqual([]);
  });
});

test('apply shows before the question who has access that Terraform does not know, and removes it', async () => {
  await withLab(await appliedTo(smallTeam), async (test) => {
    await shadowGroup(test.lab(smallTeam).iam);
    const { result, shown } = await applyAsking(test, async () => {});
    expect(shown).toMatchObject([{ findings: [] }, 'begun']);
    const { quickCheck: after, planned } = orThrow(result);
    expect(planned.change.people.map(({ user }) => user)).toEqual(
      ['bo', 'fay'].map((key) => iamName(smallTeam.lab, key)),
    );
    expect(JSON.stringify(after.findings)).not.toContain('Bo Chen');
  });
});
