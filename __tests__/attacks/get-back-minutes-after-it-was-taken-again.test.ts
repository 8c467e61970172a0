import * as aws from '@aws-sdk/client-iam';
import { reconcile } from '../../src/app/apply/reconcile.ts';
import { quickScan } from '../../src/app/drift/run-scan.ts';
import { rolePolicyArn } from '../../src/team/names.ts';
import type { Team } from '../../src/team/team.ts';
import { group, user } from '../support/attacked-lab.ts';
import { testInTurn } from '../support/exhaustive.ts';
import { appliedTo, type LabInTest, orThrow, TODAY, withLab } from '../support/lab-in-test.ts';
import { role, smallTeam } from '../support/sample-team.ts';
import { SILENT } from '../support/silent-terminal.ts';
import { accessAt, accessIn } from '../support/transient-access.ts';

const test = testInTurn(9);

const TOMORROW = '2026-11-26';
const team: Team = {
  ...smallTeam,
  roles: [
    ...smallTeam.roles,
    role({ key: 'no-bonus', allow: ['GetAccountBalance', 'SendBonus'], deny: ['SendBonus'] }),
  ].sort((a, b) => (a.key < b.key ? -1 : 1)),
  settings: { ...smallTeam.settings, reconcile: 'all' },
};

type Call = (iam: aws.IAMClient) => Promise<unknown>;
const nothing: Call = async () => {};
const document = (...Statement: readonly object[]) => JSON.stringify({ Version: '2012-10-17', Statement });
const SEND = { Action: 'mechanicalturk:SendBonus', Resource: '*' };
const paymaster = rolePolicyArn(team, 'paymaster');
const office = (operator: string) => ({ [operator]: { 'aws:SourceIp': '192.0.2.0/24' } });
const Tagged = { StringEquals: { 'aws:PrincipalTag/stop': 'yes' } };
const stopTagged = { PolicyName: 'stop', PolicyDocument: document({ Effect: 'Deny', ...SEND, Condition: Tagged }) };

/** The default version of the role's policy, each Allow under a condition. */
const onlyFrom =
  (Condition: object): Call =>
  async (iam) => {
    const PolicyArn = paymaster;
    const { Policy } = await iam.send(new aws.GetPolicyCommand({ PolicyArn }));
    const { PolicyVersion } = await iam.send(
      new aws.GetPolicyVersionCommand({ PolicyArn, VersionId: Policy?.DefaultVersionId as string }),
    );
    const { Statement } = JSON.parse(decodeURIComponent(PolicyVersion?.Document ?? ''));
    const PolicyDocument = document(...[Statement].flat().map((each) => ({ ...each, Condition })));
    await iam.send(new aws.CreatePolicyVersionCommand({ PolicyArn, PolicyDocument, SetAsDefault: true }));
  };
const boundary = (Condition?: object): readonly [Call, Call] => {
  const PolicyName = 'emergency';
  const PolicyDocument = document(
    { Effect: 'Allow', Action: '*', Resource: '*' },
    { Effect: 'Deny', ...SEND, ...(Condition === undefined ? {} : { Condition }) },
  );
  const PermissionsBoundary = `arn:aws:iam::${team.account}:policy/${PolicyName}`;
  return [
    (iam) => iam.send(new aws.CreatePolicyCommand({ PolicyName, PolicyDocument })),
    (iam) => iam.send(new aws.PutUserPermissionsBoundaryCommand({ ...user('fay'), PermissionsBoundary })),
  ];
};
const tag: Call = (iam) => iam.send(new aws.TagUserCommand({ ...user('fay'), Tags: [{ Key: 'stop', Value: 'yes' }] }));

/** What `fay` may do in AWS, and checks to which CloudTrail gives no events. */
function checksOf(test: LabInTest) {
  return {
    iam: test.lab(team).iam,
    may: () => [...(accessAt(accessIn(test.memory.account)).get(user('fay').UserName) ?? [])],
    async check(today: string) {
      const lab = test.lab(team, { today });
      const completed = await quickScan(lab, { cloudTrail: false }, SILENT);
      const known = { ...completed, complete: true, isChangedSince: () => false, attributed: true };
      return orThrow(await reconcile({ ...lab, now: () => lab.at }, known, SILENT, lab.at.toISOString()));
    },
  };
}

test.each<[string, Call, Call]>([
  [
    'a membership ends',
    nothing,
    (iam) => iam.send(new aws.RemoveUserFromGroupCommand({ ...user('fay'), ...group('paymaster') })),
  ],
  [
    'a membership of a role that denies it',
    nothing,
    (iam) => iam.send(new aws.AddUserToGroupCommand({ ...user('fay'), ...group('no-bonus') })),
  ],
  ['a boundary', ...boundary()],
  ['a boundary that denies it but from one place', ...boundary(office('NotIpAddress'))],
  ['a boundary that denies it from one place', ...boundary(office('IpAddress'))],
  ['the policy of the role allows from one place alone', nothing, onlyFrom(office('IpAddress'))],
  [
    'the policy of the role allows until a day',
    nothing,
    onlyFrom({ DateLessThan: { 'aws:CurrentTime': '2026-12-24T00:00:00Z' } }),
  ],
  [
    'a tag, for which a Deny at the member asks',
    (iam) => iam.send(new aws.PutUserPolicyCommand({ ...user('fay'), ...stopTagged })),
    tag,
  ],
  [
    'a tag, for which a Deny at the role asks',
    (iam) => iam.send(new aws.PutGroupPolicyCommand({ ...group('paymaster'), ...stopTagged })),
    tag,
  ],
  [
    'a Deny with the Sid of what is out of reach',
    nothing,
    async (iam) => {
      const own = { ...user('fay'), PolicyName: 'limits' };
      const { PolicyDocument = document() } = await iam
        .send(new aws.GetUserPolicyCommand(own))
        .catch(() => ({ PolicyDocument: undefined }));
      const { Statement } = JSON.parse(decodeURIComponent(PolicyDocument));
      const Sid = 'OutOfReach';
      await iam.send(
        new aws.PutUserPolicyCommand({
          ...own,
          PolicyDocument: document(...Statement, { Sid, Effect: 'Deny', ...SEND }),
        }),
      );
    },
  ],
])(
  'what was taken again minutes before a check, of which CloudTrail does not tell yet, is not given back by it: %s',
  async (_what, prepare, take) => {
    await withLab(await appliedTo(team), async (test) => {
      test.setClock(`${TODAY}T12:00:00Z`);
      const { iam, may, check } = checksOf(test);
      expect(may()).toContain('SendBonus');
      await prepare(iam);
      await take(iam);
      const first = await check(TODAY);
      expect([first.announcements.map(({ key }) => key).includes('fay'), may().includes('SendBonus')]).toEqual([
        true,
        false,
      ]);
      // The day after, an administrator takes it once more, minutes before the check.
      await take(iam);
      const second = await check(TOMORROW);
      expect([second.done.map(({ key }) => key), may().includes('SendBonus')]).toEqual([[], false]);
    });
  },
);

test('nor to a user whom the check creates again', async () => {
  await withLab(await appliedTo(team), async (test) => {
    test.setClock(`${TODAY}T12:00:00Z`);
    const { iam, may, check } = checksOf(test);
    await iam.send(new aws.RemoveUserFromGroupCommand({ ...user('fay'), ...group('paymaster') }));
    await iam.send(new aws.DeleteUserPermissionsBoundaryCommand(user('fay')));
    await iam.send(new aws.DeleteUserCommand(user('fay')));
    expect((await check(TODAY)).announcements).toMatchObject([{ kind: 'missing', key: 'fay' }]);
    await onlyFrom(office('IpAddress'))(iam);
    const { done } = await check(TOMORROW);
    expect([done.map(({ key }) => key), may().includes('SendBonus')]).toEqual([[], false]);
  });
});

test.each([
  ['and CloudTrail tells', '11:40', false],
  ['and CloudTrail does not tell yet', '12:05', false],
])(
  'an administrator lets a role be used from one place alone, and does so again the day after, %s',
  async (_what, time) => {
    await withLab(await appliedTo(team), async (test) => {
      const may = () => [...(accessAt(accessIn(test.memory.account)).get(user('fay').UserName) ?? [])];
      const { iam } = test.lab(team);
      // What is later than the clock is in no answer of CloudTrail.
      const at = async (now: string, take: Call) => {
        test.setClock(now);
        await take(iam);
      };
      const check = async (today: string) => {
        test.setClock(`${today}T12:00:00Z`);
        const lab = test.lab(team, { today });
        const completed = await quickScan(lab, { cloudTrail: true }, SILENT);
        expect(completed.attributed).toBe(true);
        // An hour for its own calls.
        const now = () => new Date(lab.at.getTime() + 60_000);
        return orThrow(await reconcile({ ...lab, now }, { ...completed, complete: true }, SILENT));
      };
      await at(`${TODAY}T11:00:00Z`, onlyFrom(office('IpAddress')));
      expect((await check(TODAY)).announcements.map(({ key }) => key)).toEqual(['fay']);
      await at(`${TOMORROW}T${time}:00Z`, onlyFrom(office('IpAddress')));
      const { done } = await check(TOMORROW);
      expect([done.map(({ key }) => key), may().includes('SendBonus')]).toEqual([[], false]);
    });
  },
);
