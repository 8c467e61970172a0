import { readFileSync, writeFileSync } from 'node:fs';
import * as aws from '@aws-sdk/client-iam';
import { newIdentity } from '../../src/keys/encryption.ts';
import { type AttackedLab, attackedLabs, commentOf, group, TODAY, user } from '../support/attacked-lab.ts';
import { sampleOf, testInTurn } from '../support/exhaustive.ts';
import { smallTeamFile } from '../support/sample-team.ts';

const test = testInTurn(3);

const labs = attackedLabs();
beforeAll(labs.prepare);
afterAll(labs.remove);

const { recipient } = await newIdentity();

/** What a refused merge has: nothing of it is for Terraform. */
const REFUSED = [
  ['    sponsor: ada', `    sponsor: ada\n    github: bo-mallory\n    recipient: ${recipient}`],
  ['owners: [ ada ]', 'owners: [ ada, bo ]'],
  ['  reconcile: all', '  neighbors: [ other-lab ]\n  reconcile: none'],
] as const;

type Edits = readonly (readonly [from: string, to: string])[];
const edits = (lab: AttackedLab, pairs: Edits) => {
  for (const [from, to] of pairs) lab.edit(from, to);
};

const SHOWN = [
  /Owners:\*{0,2} `?bo`? can approve changes/,
  /Approver:\*{0,2} for owner `?bo`?, GitHub login `?bo-mallory/,
  /Neighbors:/,
  /Reconcile:/,
  /Recipient:\*{0,2} access keys of Bo Chen \(`?bo`?\)/,
];

test('what was merged and refused is in the comment on a later pull request, which does not propose it', () =>
  labs.attack(async (lab) => {
    edits(lab, REFUSED);
    const comment = await commentOf(lab, () => lab.edit("name: Ada O'Neill", "name: Ada M. O'Neill"));
    expect(comment).toMatch(/^### If merged: only descriptive fields change$/m);
    const [, earlier = ''] = comment.split('**Merged earlier and not applied yet:**');
    for (const setting of SHOWN) expect(earlier).toMatch(setting);
    expect(comment).toMatch(/^> \*\*Also applies what was merged earlier:\*\* .*Owners:/m);
    expect(comment).toMatch(/did Bo Chen \(`bo`\) confirm the recipient/);

    const undone = await commentOf(lab, () =>
      edits(
        lab,
        REFUSED.map(([from, to]) => [to, from]),
      ),
    );
    expect(undone).toContain('`bo` can no longer approve changes');
    expect(undone).not.toContain('earlier');

    edits(lab, REFUSED);
    const other = await commentOf(lab, () => lab.edit('neighbors: [ other-lab ]', 'neighbors: [ good-lab ]'));
    expect(other).toContain('`good-lab`');
    expect(other.split('Merged earlier and not applied yet')[1]).not.toContain('other-lab');
  }));

test('what was merged, refused, and then done in AWS is unexplained in the comment on a later pull request', () =>
  labs.attack(async (lab) => {
    lab.edit('[ results-reader, task-publisher ]', '[ results-reader, task-publisher, paymaster ]');
    await lab.byHand((iam) => iam.send(new aws.AddUserToGroupCommand({ ...user('bo'), ...group('paymaster') })));
    const comment = await commentOf(lab, () => lab.edit("name: Ada O'Neill", "name: Ada M. O'Neill"));
    expect(comment).toMatch(/^### If merged: Bo Chen .* approve work .*; 1 unexplained change$/m);
    expect(comment).toMatch(/\*\*Unexplained changes in the plan:\*\*\n\n- add Bo Chen \(`bo`\) to `paymaster`/);
  }));

const EARLIER: readonly [string, (lab: AttackedLab) => void, readonly [string, string]][] = [
  [
    'moved a member to another role',
    (lab) => lab.edit('[ results-reader, task-publisher ]', '[ results-reader, paymaster ]'),
    ['[ results-reader, paymaster ]', '[ results-reader, paymaster, task-publisher ]'],
  ],
  [
    'widened one role and took another',
    (lab) => {
      lab.edit('[ results-reader, task-publisher ]', '[ results-reader ]');
      lab.edit('allow: [ results:read ]', 'allow: [ results:read, pay:bonus, pay:reject ]');
    },
    ['[ results-reader ]\n    until', '[ results-reader, task-publisher ]\n    until'],
  ],
];
test.each(sampleOf(EARLIER, 1))('where an earlier change %s, one row has what both give', (_what, earlier, edit) =>
  labs.attack(async (lab) => {
    earlier(lab);
    const comment = await commentOf(lab, () => lab.edit(...edit));
    expect(comment).toMatch(
      /^> \*\*Bo Chen \(`bo`\)\*\* will be able to publish HITs, .*pay bonuses and reject work until/m,
    );
    const row = comment.split('\n').filter((line) => line.startsWith('| **Bo Chen'));
    expect(row).toEqual([expect.stringMatching(/publish HITs .*pay bonuses .*reject work /)]);
  }),
);

const SPONSOR = '    sponsor: ada';
const ROLES = '[ results-reader, task-publisher ]';
const TAKEN_BACK: readonly [string, from: readonly [string, string], to: string, row: RegExp][] = [
  ['suspension', [SPONSOR, `${SPONSOR}\n    suspended: true`], SPONSOR, /Suspension lifted .*publish HITs/],
  ['freeze', ['freeze: []', 'freeze: [spend]'], 'freeze: []', /Freeze ends .*publish HITs/],
  ['earlier last day', ['"2027-05-31"', '"2026-12-02"'], '"2027-05-30"', /Last day 30 May 2027 \(was 2 Dec 2026\)/],
  ['later last day', ['"2027-05-31"', '"2028-01-31"'], '"2027-12-31"', /Last day 31 Dec 2027 \(was 31 May 2027\)/],
  [
    'first day',
    [ROLES, `${ROLES}\n    from: "2027-03-01"`],
    `${ROLES}\n    from: "2026-11-01"`,
    /Access begins at once \(was from 1 Mar 2027\) .*publish HITs/,
  ],
  [
    'narrower role',
    ['[ hits:publish, hits:manage ]', '[ hits:manage ]'],
    '[ hits:publish ]',
    /Role `task-publisher` allows more; .*publish HITs/,
  ],
];
test.each(sampleOf(TAKEN_BACK, 2))(
  'where an earlier change with a %s waits, the row says what this one gives beside it',
  (_what, [from, to], last, row) =>
    labs.attack(async (lab) => {
      lab.edit(from, to);
      const comment = await commentOf(lab, () => lab.edit(to, last));
      const [shown = ''] = comment.split('\n').filter((line) => line.startsWith('| **Bo Chen'));
      expect(shown).toMatch(row);
      expect(comment).not.toContain('descriptive fields');
    }),
);

const RECIPIENT = `${SPONSOR}\n    recipient: ${recipient}`;
const BO = / {2}bo:\n(?: {4}.*\n)+/.exec(smallTeamFile().replace(SPONSOR, RECIPIENT))?.[0] ?? '?';
const { recipient: writers } = await newIdentity();
const ENDLESS = ['    until: "2027-05-31" # the last day of access, UTC\n', ''] as const;
const ENDS = /^### If merged: Bo Chen \(`bo`\) no longer has a last day$/m;

function excepts(count: number, path: string): readonly [string, string] {
  const roles = Array.from({ length: count }, (_, index) => `role/${path}service-${index}`);
  const arns = [...roles, 'user/mallory'].map((each) => `arn:aws:iam::123456789012:${each}`);
  return ['settings:\n', `settings:\n  administrators: [ ${arns.join(', ')} ]\n`];
}

/** What is changed before, whether it was applied, the change, and what says its harm. */
const QUIET: readonly [what: string, before: Edits, isApplied: boolean, change: Edits, said: readonly RegExp[]][] = [
  [
    'gives a writer the next key of a member whose departure was not applied',
    [
      [BO, ''],
      ['departed:\n', 'departed:\n  bo: { left: "2026-11-24", reason: graduated }\n'],
    ],
    false,
    [
      ['  bo: { left: "2026-11-24", reason: graduated }\n', ''],
      ['  fay:', `${BO.replace(recipient, writers)}  fay:`],
    ],
    [
      /^### .*the next access key of Bo Chen \(`bo`\) goes to another recipient$/m,
      /did Bo Chen \(`bo`\) confirm the recipient/,
      new RegExp(`are encrypted to \`${writers}\` \\(was \`${recipient}\`\\)`),
    ],
  ],
  [
    'drops the last day of a suspended member',
    [[SPONSOR, `${SPONSOR}\n    suspended: true`]],
    true,
    [[ROLES, '[ results-reader, task-publisher, paymaster ]'], ENDLESS],
    [ENDS],
  ],
  [
    'drops the last day of a member whose whole access is frozen',
    [
      [ROLES, '[ task-publisher ]'],
      ['extends: [ results-reader ]\n', '\n'],
      ['freeze: []', 'freeze: [ hits:publish, hits:manage, results:read ]'],
    ],
    true,
    [ENDLESS],
    [ENDS],
  ],
  [
    'suspends a member, whose last day goes, too',
    [],
    false,
    [[SPONSOR, `${SPONSOR}\n    suspended: true`], ENDLESS],
    [/^### If merged: Bo Chen \(`bo`\) (?:loses all access|is suspended)/m],
  ],
  ...[ENDLESS, ['2027-05-31', '2099-12-31'] as const].map((days): (typeof QUIET)[number] => [
    'lets a member pay for longer, but from tomorrow on',
    [[ROLES, '[ paymaster ]']],
    true,
    [days, ['[ paymaster ]\n', '[ paymaster ]\n    from: "2026-11-26"\n']],
    [/^> \*\*Bo Chen \(`bo`\)\*\* will (?:keep|have) access that spends money/m],
  ]),
  ...[
    ['suspended: true', 'keys: 1'],
    ['suspended: true', 'from: "2026-11-26"'],
    ['until: "2026-11-26"', 'until: "2099-12-31"'],
  ].map(([from = '', to = '']): (typeof QUIET)[number] => [
    `lets an owner approve on other days, by ${to} for ${from}`,
    [
      ['owners: [ ada ]', 'owners: [ ada, fay ]'],
      ['[ paymaster ] }', `[ paymaster ], github: ngfay, ${from} }`],
    ],
    true,
    [[`github: ngfay, ${from}`, `github: ngfay, ${to}`]],
    [/^> \*\*Owners:\*\* `fay` can approve changes/m],
  ]),
  [
    'excepts one user from drift checks behind 21 roles',
    [],
    false,
    [excepts(21, '')],
    [
      /^> \*\*Administrators:\*\* .* and 2 others is no longer reported/m,
      /^- \*\*Administrators:\*\* .* `user\/mallory` is no/m,
    ],
  ],
  [
    'turns reconcile off behind 200 roles of long paths',
    [],
    false,
    [excepts(200, `${'p'.repeat(480)}/`), ['reconcile: all', 'reconcile: none']],
    [
      /^- \*\*Administrators:\*\* .* and 181 others is no longer reported/m,
      /^- \*\*Reconcile:\*\* reverts and deletes nothing/m,
    ],
  ],
];
describe('beside what waits', () => {
  const labs = attackedLabs((file) => file.replace(SPONSOR, RECIPIENT));
  beforeAll(labs.prepare);
  afterAll(labs.remove);

  test.each(sampleOf(QUIET, 1))('a change that %s says so first', (_what, before, isApplied, change, said) =>
    labs.attack(async (lab) => {
      edits(lab, before);
      if (isApplied) expect(await lab.mturk(TODAY, 'apply', '--yes')).toMatchObject({ code: 0 });
      const comment = await commentOf(lab, () => edits(lab, change));
      for (const each of said) expect(comment).toMatch(each);
    }),
  );
});

test('a terminal shows and asks what no Terraform does: who approves, what silences, where keys go', () =>
  labs.attack(async (lab) => {
    edits(lab, REFUSED);
    const refused = await lab.mturk(TODAY, 'apply');
    expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining('error[not-confirmed]') });
    const text = refused.stdout.replace(/\s+/g, ' ');
    for (const setting of SHOWN) expect(text).toMatch(setting);
    expect(await lab.mturk(TODAY, 'apply', '--yes')).toMatchObject({ code: 0 });
    expect(await lab.mturk(TODAY, 'apply')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('nothing changes'),
    });
  }));

const ARN = (key: string) => `arn:aws:iam::123456789012:policy/mturk/perception-lab/perception-lab-${key}`;

type Statements = readonly { readonly Sid?: string; readonly [name: string]: unknown }[];

async function rewrite(iam: aws.IAMClient, key: string, change: (statements: Statements) => Statements) {
  const PolicyArn = ARN(key);
  const { Policy } = await iam.send(new aws.GetPolicyCommand({ PolicyArn }));
  const { PolicyVersion } = await iam.send(
    new aws.GetPolicyVersionCommand({ PolicyArn, VersionId: Policy?.DefaultVersionId }),
  );
  const document = JSON.parse(decodeURIComponent(PolicyVersion?.Document ?? ''));
  const PolicyDocument = JSON.stringify({ ...document, Statement: change(document.Statement) });
  await iam.send(new aws.CreatePolicyVersionCommand({ PolicyArn, PolicyDocument, SetAsDefault: true }));
}

const allowing = (...operations: readonly string[]) => {
  const Action = operations.map((name) => `mechanicalturk:${name}`);
  return (all: Statements): Statements => [{ Sid: 'PayApprove', Effect: 'Allow', Action, Resource: '*' }, ...all];
};

const deleteLimits = (key: string) => (iam: aws.IAMClient) =>
  iam.send(new aws.DeleteUserPolicyCommand({ ...user(key), PolicyName: 'limits' }));

const MORE = [
  'allow: [ hits:publish, hits:manage ]',
  'allow: [ hits:publish, hits:manage, ApproveAssignment ]',
] as const;
const PAYER = '[ results-reader, task-publisher, payer ]';

/** What someone does in AWS, and the edit that makes it permanent. */
const BY_HAND: readonly (readonly [
  what: string,
  click: (iam: aws.IAMClient) => Promise<unknown>,
  pairs: readonly (readonly [string, string])[],
])[] = [
  [
    'adds a member to a group',
    (iam) => iam.send(new aws.AddUserToGroupCommand({ ...user('bo'), ...group('paymaster') })),
    [['[ results-reader, task-publisher ]', '[ results-reader, task-publisher, paymaster ]']],
  ],
  ['widens the policy of a role', (iam) => rewrite(iam, 'task-publisher', allowing('ApproveAssignment')), [MORE]],
  [
    'widens the policy of a role by more than that',
    (iam) => rewrite(iam, 'task-publisher', allowing('ApproveAssignment', 'RejectAssignment')),
    [MORE],
  ],
  [
    'creates the group of a new role, with the member in it',
    async (iam) => {
      await iam.send(new aws.CreateGroupCommand({ ...group('payer'), Path: '/mturk/perception-lab/' }));
      const Statement = allowing('ApproveAssignment')([]);
      const PolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement });
      const PolicyName = group('payer').GroupName;
      await iam.send(new aws.CreatePolicyCommand({ PolicyName, Path: '/mturk/perception-lab/', PolicyDocument }));
      await iam.send(new aws.AttachGroupPolicyCommand({ ...group('payer'), PolicyArn: ARN('payer') }));
      await iam.send(new aws.AddUserToGroupCommand({ ...user('bo'), ...group('payer') }));
    },
    [
      ['roles:\n', 'roles:\n  payer: { allow: [ ApproveAssignment ] }\n'],
      ['[ results-reader, task-publisher ]', PAYER],
    ],
  ],
  ['ends a suspension', deleteLimits('cy'), [['roles: [ paymaster ], suspended: true', 'roles: [ paymaster ]']]],
  ['removes a last day', deleteLimits('bo'), [['    until: "2027-05-31" # the last day of access, UTC\n', '']]],
  [
    'ends a freeze',
    async (iam) => {
      for (const key of ['paymaster', 'task-publisher', 'results-reader'])
        await rewrite(iam, key, (all) => all.filter(({ Sid }) => Sid !== 'Freeze'));
    },
    [['freeze: [ pay:bonus ]', 'freeze: []']],
  ],
];

/** Lines of title, alert, questions and table: what an owner decides by. */
const decidedBy = (comment: string) =>
  (comment.split(/^No change for/m)[0] ?? '').split('\n').filter((line) => line !== '> [!WARNING]');

describe('what someone did in AWS before', () => {
  const CY = '  cy: { name: Cy Moreau, roles: [ paymaster ], suspended: true }\n';
  const frozen = attackedLabs((file) =>
    file.replace('  fay: {', `${CY}  fay: {`).replace('freeze: []', 'freeze: [ pay:bonus ]'),
  );
  beforeAll(frozen.prepare);
  afterAll(frozen.remove);

  test.each(sampleOf(BY_HAND, 2))(
    'someone who %s hides nothing of the change that makes it permanent',
    (_what, click, pairs) =>
      frozen.attack(async (lab) => {
        const before = readFileSync(lab.path('team.yaml'), 'utf8');
        const honest = await commentOf(lab, () => edits(lab, pairs));
        const merged = readFileSync(lab.path('team.yaml'), 'utf8');
        await lab.byHand(click);
        writeFileSync(lab.path('team.yaml'), before);
        const comment = await commentOf(lab, () => writeFileSync(lab.path('team.yaml'), merged));
        // A red box in place of a yellow one, what is manual besides, and who loses that are more, not less.
        for (const line of decidedBy(honest))
          for (const cell of line.split(' | ')) expect(comment).toContain(cell.replace(/ \|$/, ''));
        expect(comment).toMatch(/^\*\*(?:Already done manually|Manual changes that|Already in AWS)/m);

        const refused = await lab.mturk(TODAY, 'apply');
        expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining('error[not-confirmed]') });
        const [, title = '?'] = /^### If merged: (.*)$/m.exec(honest) ?? [];
        expect(refused.stdout.replace(/\s+/g, ' ')).toContain(`If applied: ${title.replaceAll('`', '')}`);
      }),
  );
});
