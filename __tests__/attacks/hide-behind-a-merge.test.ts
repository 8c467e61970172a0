import { readFileSync, writeFileSync } from 'node:fs';
import * as aws from '@aws-sdk/client-iam';
import {
  type AttackedLab,
  attackedLabs,
  canPay,
  commentOf,
  group,
  keyOf,
  TODAY,
  user,
} from '../support/attacked-lab.ts';
import { driftIssuesInTest, MARKER } from '../support/drift-issues.ts';
import { sampleOf, testInTurn } from '../support/exhaustive.ts';

const test = testInTurn(3);

const labs = attackedLabs();
beforeAll(labs.prepare);
afterAll(labs.remove);
const { check, repository } = driftIssuesInTest();

const says = (Action: string) =>
  JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action, Resource: '*' }] });
const limits = (iam: aws.IAMClient, key: string, Action = 'mechanicalturk:*') =>
  iam.send(new aws.PutUserPolicyCommand({ ...user(key), PolicyName: 'limits', PolicyDocument: says(Action) }));

const issues = () =>
  [...repository().threads.values()].map(({ number, title, body }) =>
    [
      title,
      body,
      ...repository()
        .commentsOf(number)
        .map((each) => each.body),
    ].join('\n'),
  );

/** What the issues say after a check. */
async function reported(lab: AttackedLab): Promise<string> {
  await lab.mturk(TODAY, 'drift', '--report', 'report.json');
  await check(readFileSync(lab.path('report.json'), 'utf8'));
  return issues().join('\n');
}

const MERGED: readonly (readonly [
  what: string,
  edit: readonly [string, string],
  (iam: aws.IAMClient) => Promise<unknown>,
])[] = [
  ['limits, of which a last day waits', ['2027-05-31', '2027-06-30'], (iam) => limits(iam, 'bo')],
  [
    'the policy of a role that a change widens',
    ['[ results:read ]', '[ results:read, account:read ]'],
    (iam) =>
      iam.send(
        new aws.CreatePolicyVersionCommand({
          PolicyArn: `arn:aws:iam::123456789012:policy/mturk/perception-lab/${group('results-reader').GroupName}`,
          PolicyDocument: says('mechanicalturk:*'),
          SetAsDefault: true,
        }),
      ),
  ],
];

test.each(sampleOf(MERGED, 1))('a check says by hand what someone makes of %s', (_what, [from, to], done) =>
  labs.attack(async (lab) => {
    lab.edit(from, to);
    const key = await lab.byHand(async (iam) => {
      await done(iam);
      return keyOf(iam, user('bo').UserName);
    });
    expect(await canPay(lab, key)).toBe(true);
    expect(await reported(lab)).toMatch(/Drift in perception-lab: .*Bo Chen \(`bo`\) can spend money/);
  }),
);

test('a check says who takes control while they wait to be deleted', () =>
  labs.attack(async (lab) => {
    lab.edit(/ {2}bo:\n(?: {4}.*\n)+/.exec(readFileSync(lab.path('team.yaml'), 'utf8'))?.[0] ?? '', '');
    lab.edit('departed:\n', 'departed:\n  bo: { left: "2026-11-25", reason: graduated }\n');
    await lab.byHand(async (iam) => {
      await limits(iam, 'bo', '*');
      await iam.send(new aws.DeleteUserPermissionsBoundaryCommand(user('bo')));
    });
    expect(await reported(lab)).toMatch(/Drift in perception-lab: .*full control of the account/);
  }));

const FAY = '  fay: { name: Nguyễn Thị Ánh, roles: [ paymaster ]';
const LEAVES: readonly (readonly [string, string])[] = [
  [`${FAY}, from: "2026-12-20" }\n`, ''],
  ['departed:\n', 'departed:\n  fay: { left: "2026-11-25", reason: graduated }\n'],
];
test.each([
  ['leave', LEAVES],
  ['get another role', [[`${FAY}, from: "2026-12-20" }`, FAY.replace('paymaster', 'results-reader').concat(' }')]]],
] as const)('a check says who can spend before their first day, while they wait to %s', (_what, edits) =>
  labs.attack(async (lab) => {
    lab.edit(`${FAY} }`, `${FAY}, from: "2026-12-20" }`);
    expect(await lab.mturk(TODAY, 'apply', '--yes')).toMatchObject({ code: 0 });
    for (const [from, to] of edits) lab.edit(from, to);
    const key = await lab.byHand(async (iam) => {
      await iam.send(new aws.DeleteUserPolicyCommand({ ...user('fay'), PolicyName: 'limits' }));
      return keyOf(iam, user('fay').UserName);
    });
    expect(await canPay(lab, key)).toBe(true);
    expect(await reported(lab)).toMatch(/^> \*\*(?:`fay`|Nguyễn Thị Ánh \(`fay`\))\*\* can spend money/m);
  }),
);

test.each([{ NewPath: '/x/' }, { NewPath: '/mturk/other-lab/' }, { NewUserName: 'backup', NewPath: '/x/' }])(
  'the user of who leaves is not said to be deleted, but %j',
  (change) =>
    labs.attack(async (lab) => {
      await lab.byHand((iam) => iam.send(new aws.UpdateUserCommand({ ...user('fay'), ...change })));
      const comment = await commentOf(lab, () => {
        for (const [from, to] of [[`${FAY} }\n`, ''] as const, ...LEAVES.slice(1)]) lab.edit(from, to);
      });
      expect(comment).not.toContain('deleted the user');
      const said = await reported(lab);
      if (!('NewUserName' in change)) expect(said).toMatch(/^Drift in perception-lab: .*`fay`/m);
      expect(said).not.toMatch(/IAM user of .* deleted/);
    }),
);

test.each([
  ['the user of who leaves', user('fay').UserName],
  ['a group that an apply saw in the path', 'aux'],
])('a check says who takes control by %s, renamed and moved', (_what, name) =>
  labs.attack(async (lab) => {
    const isGroup = name === 'aux';
    const aux = { GroupName: 'aux', Path: '/mturk/perception-lab/' };
    if (isGroup) await lab.byHand((iam) => iam.send(new aws.CreateGroupCommand(aux)));
    expect(await lab.mturk(TODAY, 'apply', '--yes')).toMatchObject({ code: 0 });
    for (const [from, to] of [[`${FAY} }\n`, ''] as const, ...LEAVES.slice(1)]) lab.edit(from, to);
    const policy = { PolicyName: 'all', PolicyDocument: says('*') };
    await lab.byHand(async (iam) => {
      if (isGroup) {
        await iam.send(new aws.PutGroupPolicyCommand({ GroupName: name, ...policy }));
        await iam.send(new aws.UpdateGroupCommand({ GroupName: name, NewGroupName: 'team', NewPath: '/x/' }));
        await iam.send(new aws.CreateUserCommand({ UserName: 'backup' }));
        await iam.send(new aws.AddUserToGroupCommand({ UserName: 'backup', GroupName: 'team' }));
        return;
      }
      await iam.send(new aws.PutUserPolicyCommand({ UserName: name, ...policy }));
      await iam.send(new aws.DeleteUserPermissionsBoundaryCommand({ UserName: name }));
      await iam.send(new aws.UpdateUserCommand({ UserName: name, NewUserName: 'backup', NewPath: '/x/' }));
    });
    expect(await reported(lab)).toMatch(/Drift in perception-lab: `backup` can take full control of the account/);
  }),
);

test('a check says who has the name of a member whom the file removes without a word', () =>
  labs.attack(async (lab) => {
    lab.edit(`${FAY} }\n`, '');
    const key = await lab.byHand(async (iam) => {
      const { User } = await iam.send(new aws.GetUserCommand(user('fay')));
      const of = { ...user('fay'), ...group('paymaster') };
      await iam.send(new aws.RemoveUserFromGroupCommand(of));
      const { PolicyNames = [] } = await iam.send(new aws.ListUserPoliciesCommand(user('fay')));
      for (const PolicyName of PolicyNames)
        await iam.send(new aws.DeleteUserPolicyCommand({ ...user('fay'), PolicyName }));
      await iam.send(new aws.DeleteUserCommand(user('fay')));
      const PermissionsBoundary = User?.PermissionsBoundary?.PermissionsBoundaryArn ?? '';
      await iam.send(
        new aws.CreateUserCommand({
          ...user('fay'),
          Path: User?.Path ?? '',
          PermissionsBoundary,
          Tags: User?.Tags ?? [],
        }),
      );
      await iam.send(new aws.AddUserToGroupCommand(of));
      return keyOf(iam, user('fay').UserName);
    });
    expect(await canPay(lab, key)).toBe(true);
    const said = await reported(lab);
    expect(said).toMatch(/Drift in perception-lab: .* can spend money/);
    expect(said).toMatch(/^> IAM user of `perception-lab-fay` .* replaced by another user/m);
  }));

test('a check says that a member who waits to be created has a user whom no apply created', () =>
  labs.attack(async (lab) => {
    const fay = '  fay: { name: Nguyễn Thị Ánh, roles: [ paymaster ] }\n';
    lab.edit(fay, `${fay}  gil: { name: Gil, roles: [ paymaster ] }\n`);
    await lab.byHand(async (iam) => {
      const { User } = await iam.send(new aws.GetUserCommand(user('fay')));
      const Tags = User?.Tags?.map(({ Key, Value }) => ({ Key, Value: Value === 'fay' ? 'gil' : Value })) ?? [];
      const PermissionsBoundary = User?.PermissionsBoundary?.PermissionsBoundaryArn ?? '';
      await iam.send(new aws.CreateUserCommand({ ...user('gil'), Path: User?.Path ?? '', PermissionsBoundary, Tags }));
      await iam.send(new aws.AddUserToGroupCommand({ ...user('gil'), ...group('paymaster') }));
    });
    expect(await reported(lab)).toMatch(/Drift in perception-lab: Gil \(`gil`\) can spend money/);
  }));

test.each([true, false])(
  'an issue says who can spend while an apply is unfinished; its failure has one: %s',
  (isKnown) =>
    labs.attack(async (lab) => {
      lab.edit('[ paymaster ]', '[ paymaster, task-publisher ]');
      const record = lab.path('.mturk-team/emulator/apply-record.json');
      const { team, begun, ...more } = JSON.parse(readFileSync(record, 'utf8'));
      const members = team.members.map((each: { key: string; roles: string[] }) =>
        each.key === 'fay' ? { ...each, roles: [...each.roles, 'task-publisher'] } : each,
      );
      writeFileSync(record, JSON.stringify({ ...more, team, begun: [...begun, { ...team, members }] }));
      if (isKnown) {
        const body = `${MARKER.apply}\n\nThe apply failed.`;
        repository().openIssue({ author: 'github-actions[bot]', title: 'Apply failed', body });
      }
      const key = await lab.byHand(async (iam) => {
        const PolicyDocument = says('mechanicalturk:*');
        const of = { ...group('results-reader'), PolicyName: 'limits', PolicyDocument };
        await iam.send(new aws.PutGroupPolicyCommand(of));
        return keyOf(iam, user('ada').UserName);
      });
      expect(await canPay(lab, key)).toBe(true);
      expect(await reported(lab)).toMatch(/Drift in perception-lab: Ada O'Neill \(`ada`\).* can spend money/);
    }),
);
