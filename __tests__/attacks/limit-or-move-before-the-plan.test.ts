import { readFileSync, writeFileSync } from 'node:fs';
import * as aws from '@aws-sdk/client-iam';
import { attackedLabs, commentOf, group, TODAY, user } from '../support/attacked-lab.ts';
import { sampleOf, testInTurn } from '../support/exhaustive.ts';

const test = testInTurn(3);

/** Bo may publish and manage HITs; `task-publisher` allows to approve, too, and `careful` denies it. */
const labs = attackedLabs((file) =>
  file
    .replace('allow: [ hits:publish, hits:manage ]', 'allow: [ hits:publish, hits:manage, ApproveAssignment ]')
    .replace('roles:\n', 'roles:\n  careful: { allow: [ pay:approve, account:read ], deny: [ ApproveAssignment ] }\n')
    .replace('[ results-reader, task-publisher ]', '[ results-reader, task-publisher, careful ]'),
);
beforeAll(labs.prepare);
afterAll(labs.remove);

/** Title, alert, questions and table. */
const decidedBy = (comment: string) =>
  (comment.split(/^No change for/m)[0] ?? '').split('\n').filter((line) => line !== '> [!WARNING]');

const ARN = 'arn:aws:iam::123456789012:policy/mturk/perception-lab/perception-lab-careful';
const DROP = ['[ results-reader, task-publisher, careful ]', '[ results-reader, task-publisher ]'] as const;
const GRANT = [
  '[ results-reader, task-publisher, careful ]',
  '[ results-reader, task-publisher, careful, paymaster ]',
] as const;
const NO_DENY = [
  'allow: [ pay:approve, account:read ], deny: [ ApproveAssignment ]',
  'allow: [ account:read ]',
] as const;

const FIRST = [
  [
    'removes a member from the group of a role that denies',
    (iam: aws.IAMClient) => iam.send(new aws.RemoveUserFromGroupCommand({ ...user('bo'), ...group('careful') })),
    DROP,
  ],
  [
    'detaches the policy of a role that denies, whose deny the file drops',
    (iam: aws.IAMClient) => iam.send(new aws.DetachGroupPolicyCommand({ ...group('careful'), PolicyArn: ARN })),
    NO_DENY,
  ],
  [
    'detaches the policy of a role that denies, which the member leaves',
    (iam: aws.IAMClient) => iam.send(new aws.DetachGroupPolicyCommand({ ...group('careful'), PolicyArn: ARN })),
    DROP,
  ],
  [
    'deletes the group of a role that denies, which the file drops',
    async (iam: aws.IAMClient) => {
      await iam.send(new aws.RemoveUserFromGroupCommand({ ...user('bo'), ...group('careful') }));
      await iam.send(new aws.DetachGroupPolicyCommand({ ...group('careful'), PolicyArn: ARN }));
      return iam.send(new aws.DeleteGroupCommand(group('careful')));
    },
    DROP,
  ],
  [
    'renames the user',
    (iam: aws.IAMClient) => iam.send(new aws.UpdateUserCommand({ ...user('bo'), NewUserName: 'perception-lab-bo2' })),
    GRANT,
  ],
  [
    'moves the user',
    (iam: aws.IAMClient) => iam.send(new aws.UpdateUserCommand({ ...user('bo'), NewPath: '/x/' })),
    GRANT,
  ],
  [
    'moves the group of a role that the file gives',
    (iam: aws.IAMClient) => iam.send(new aws.UpdateGroupCommand({ ...group('paymaster'), NewPath: '/x/' })),
    GRANT,
  ],
] as const;
test.each(sampleOf(FIRST, 2))('someone who %s first hides nothing of what the file gives', (_what, click, [from, to]) =>
  labs.attack(async (lab) => {
    const before = readFileSync(lab.path('team.yaml'), 'utf8');
    const honest = await commentOf(lab, () => lab.edit(from, to));
    const merged = readFileSync(lab.path('team.yaml'), 'utf8');
    await lab.byHand(click);
    writeFileSync(lab.path('team.yaml'), before);
    const comment = await commentOf(lab, () => writeFileSync(lab.path('team.yaml'), merged));
    expect(honest).toMatch(/^### If merged: Bo Chen .* can also .*spends money/m);
    const [title, ...rows] = decidedBy(honest).filter((line) => line.includes('Bo Chen'));
    expect(comment).toContain(title);
    for (const row of rows.filter((line) => line.startsWith('>') || line.startsWith('|')))
      expect(comment).toContain(row.replace(/ \|$/, ''));
  }),
);

const END = ['    until: "2027-05-31" # the last day of access, UTC\n', ''] as const;
const HIDING: readonly [string, (iam: aws.IAMClient) => Promise<unknown>][] = [
  ['renames the user', (iam) => iam.send(new aws.UpdateUserCommand({ ...user('bo'), NewUserName: 'bo2' }))],
  ['moves the user', (iam) => iam.send(new aws.UpdateUserCommand({ ...user('bo'), NewPath: '/x/' }))],
  [
    'deletes the user',
    async (iam) => {
      for (const key of ['results-reader', 'task-publisher', 'careful'])
        await iam.send(new aws.RemoveUserFromGroupCommand({ ...user('bo'), ...group(key) }));
      await iam.send(new aws.DeleteUserPolicyCommand({ ...user('bo'), PolicyName: 'limits' }));
      await iam.send(new aws.DeleteUserCommand(user('bo')));
    },
  ],
];
test.each(sampleOf(HIDING, 1))('someone who %s first does not hide that the file drops a last day', (_what, click) =>
  labs.attack(async (lab) => {
    await lab.byHand(click);
    const comment = await commentOf(lab, () => lab.edit(...END));
    expect(comment).toMatch(/^### If merged: Bo Chen \(`bo`\) no longer has a last day/m);
    expect(comment).not.toContain('No change in AWS');
  }),
);

test('a Deny from a day on, which someone removes after the comment, is not the last day of what the file gives', () =>
  labs.attack(async (lab) => {
    const Condition = { DateGreaterThanEquals: { 'aws:CurrentTime': '2026-12-11T00:00:00Z' } };
    const Statement = [{ Effect: 'Deny', Action: '*', Resource: '*', Condition }];
    const own = {
      ...user('bo'),
      PolicyName: 'x',
      PolicyDocument: JSON.stringify({ Version: '2012-10-17', Statement }),
    };
    await lab.byHand((iam) => iam.send(new aws.PutUserPolicyCommand(own)));
    const comment = await commentOf(lab, () => {
      lab.edit(...GRANT);
      lab.edit(...END);
    });
    expect(comment).toMatch(/^> \*\*Bo Chen \(`bo`\)\*\*, with \*\*no last day\*\*, will be able to .*pay bonuses/m);
    expect(comment).not.toContain('10 Dec 2026');
  }));

test('nor does someone who undoes that after the comment', () =>
  labs.attack(async (lab) => {
    const bo = user('bo').UserName;
    const before = readFileSync(lab.path('team.yaml'), 'utf8');
    await lab.byHand((iam) => iam.send(new aws.RemoveUserFromGroupCommand({ ...user('bo'), ...group('careful') })));
    const comment = await commentOf(lab, () => lab.edit(...DROP));
    await lab.byHand((iam) => iam.send(new aws.AddUserToGroupCommand({ ...user('bo'), ...group('careful') })));
    const merged = readFileSync(lab.path('team.yaml'), 'utf8');
    writeFileSync(lab.path('team.yaml'), before);
    expect(await lab.mturk(TODAY, 'drift')).toMatchObject({ code: 0 });
    expect(await lab.may(bo)).not.toContain('ApproveAssignment');
    writeFileSync(lab.path('team.yaml'), merged);
    expect(await lab.mturk(TODAY, 'apply', '--yes')).toMatchObject({ code: 0 });
    expect(await lab.may(bo)).toContain('ApproveAssignment');
    expect(comment).toMatch(/approve work/);
  }));

test('what someone took from the policy of a role is withheld, not lost by the file that widens the role', () =>
  labs.attack(async (lab) => {
    const narrow = {
      PolicyArn: ARN.replace(/careful$/, 'paymaster'),
      PolicyDocument: JSON.stringify({
        Version: '2012-10-17',
        Statement: [{ Effect: 'Allow', Action: 'mechanicalturk:GetAssignment', Resource: '*' }],
      }),
      SetAsDefault: true,
    };
    await lab.byHand((iam) => iam.send(new aws.CreatePolicyVersionCommand(narrow)));
    const comment = await commentOf(lab, () =>
      lab.edit('pay:bonus, account:read ]', 'pay:bonus, account:read, hits:publish ]'),
    );
    const row = '| Role `paymaster` allows more | **Spends money:** publish HITs (`hits:publish`) |';
    expect(comment).toContain(`| **Nguyễn Thị Ánh (\`fay\`)** ${row}\n`);
    expect(comment).not.toContain('missing from the plan');
    expect(comment).toMatch(/^\*\*Withheld .*\n\n- Nguyễn Thị Ánh \(`fay`\): approve work, pay bonuses/m);
  }));
