import type { FailureCode } from '../../../src/diagnostics/failure.ts';
import { type EngineStep, engineFailure } from '../../../src/terraform/run/failure.ts';
import type { EngineRun } from '../../../src/terraform/run/process.ts';
import type { EngineDiagnostic } from '../../../src/terraform/run/progress.ts';

const ended: EngineRun = {
  exitCode: 1,
  signal: null,
  stdout: '',
  stderr: '',
  interrupted: false,
  timedOut: false,
  startError: null,
};
const progress = { done: 2, total: 7 };

function failureOf(step: EngineStep, run: Partial<EngineRun>, errors: readonly EngineDiagnostic[] = []) {
  return engineFailure({
    step,
    run: { ...ended, ...run },
    errors,
    progress: step === 'apply' ? progress : null,
    command: 'tofu -chdir=team',
  }).failure;
}

const diagnostic = (summary: string, detail = '', address: string | null = null): EngineDiagnostic => ({
  severity: 'error',
  summary,
  detail,
  address,
});

// Summaries and details in the wording of Terraform 1.11 and 1.15, OpenTofu 1.6 and 1.12, and of the AWS provider.
test.each<[FailureCode, EngineStep, EngineDiagnostic]>([
  ['wrong-account', 'plan', diagnostic('AWS account ID not allowed: 999999999999')],
  [
    'credentials-missing',
    'plan',
    diagnostic('No valid credential sources found', 'failed to refresh cached credentials, no EC2 IMDS role found'),
  ],
  [
    'credentials-denied',
    'plan',
    diagnostic(
      'Retrieving AWS account details',
      'validating provider credentials: api error InvalidClientTokenId: The security token included in the request is invalid.',
    ),
  ],
  [
    'credentials-denied',
    'apply',
    diagnostic(
      'creating IAM User (perception-lab-bo)',
      'api error AccessDenied: User: x is not authorized to perform: iam:CreateUser',
      'aws_iam_user.member_bo',
    ),
  ],
  [
    'administrator-needed',
    'apply',
    diagnostic(
      'removing IAM User (perception-lab-bo) Virtual MFA devices',
      'api error AccessDenied: User: x is not authorized to perform: iam:DeleteVirtualMFADevice on resource: arn:aws:iam::123456789012:mfa/bo',
      'aws_iam_user.member_bo',
    ),
  ],
  [
    'credentials-denied',
    'plan',
    diagnostic('reading IAM User', 'ExpiredToken: The security token included in the request is expired'),
  ],
  [
    'throttled',
    'apply',
    diagnostic('creating IAM Group', 'exceeded maximum number of attempts, 25, api error Throttling: Rate exceeded'),
  ],
  [
    'name-exists',
    'apply',
    diagnostic(
      'creating IAM User (perception-lab-bo)',
      'EntityAlreadyExists: User with name perception-lab-bo already exists.',
    ),
  ],
  [
    'plan-stale',
    'apply',
    diagnostic('Saved plan is stale', 'The given plan file can no longer be applied because the state was changed'),
  ],
  [
    'backend-changed',
    'plan',
    diagnostic(
      'Backend initialization required, please run "terraform init"',
      'Reason: Initial configuration of the requested backend "http"',
    ),
  ],
  [
    'provider-unavailable',
    'plan',
    diagnostic(
      'Inconsistent dependency lock file',
      'provider registry.opentofu.org/hashicorp/aws: required by this configuration but no version is selected',
    ),
  ],
  ...[
    ['Provider dependency changes detected', 'Changes to the required provider dependencies were detected.'],
    [
      'Failed to query available provider packages',
      'Could not retrieve the list of available versions for provider\nhashicorp/aws: locked provider registry.opentofu.org/hashicorp/aws 3.38.0 does\nnot match configured version constraint 3.39.0',
    ],
    [
      'Failed to install provider',
      "the local package for hashicorp/aws 3.39.0 doesn't match any of the\nchecksums previously recorded in the dependency lock file",
    ],
  ].map(([summary = '', detail = '']): [FailureCode, EngineStep, EngineDiagnostic] => [
    'lock-file-mismatch',
    'init',
    diagnostic(summary, detail),
  ]),
  ['backend-failed', 'apply', diagnostic('Failed to save state', 'Error saving state: connection refused')],
  ['backend-failed', 'plan', diagnostic('Error refreshing state: state data in S3 does not have the expected content')],
  ...[
    'dial tcp: lookup iam.amazonaws.com: no such host',
    'request send failed, Post "https://iam.amazonaws.com/": read tcp 10.0.0.2:443: read: connection reset by peer',
    'Post "https://iam.amazonaws.com/": EOF',
    'Post "https://iam.amazonaws.com/": unexpected EOF',
    'Post "https://iam.amazonaws.com/": net/http: timeout awaiting response headers',
    'dial tcp 52.94.0.1:443: connect: network is unreachable',
    'Post "https://iam.amazonaws.com/": net/http: TLS handshake timeout',
    'Post "https://iam.amazonaws.com/": context deadline exceeded',
  ].flatMap((detail): [FailureCode, EngineStep, EngineDiagnostic][] => [
    ['network-failed', 'plan', diagnostic('reading IAM User', detail)],
    ['network-failed', 'apply', diagnostic('creating IAM User', detail, 'aws_iam_user.member_bo')],
  ]),
  [
    'provider-unresponsive',
    'plan',
    diagnostic(
      'Plugin did not respond',
      'rpc error: code = Unavailable desc = error reading from server: read unix: connection reset by peer',
    ),
  ],
  ['plan-failed', 'plan', diagnostic('Unsupported attribute', 'This object does not have an attribute named "x".')],
  [
    'apply-failed',
    'apply',
    diagnostic('creating IAM User', 'api error MalformedPolicyDocument: Syntax errors in policy.'),
  ],
])('%s while %s', (code, step, diagnostic) => {
  expect(failureOf(step, {}, [diagnostic]).code).toBe(code);
});

// The wording of the HTTP backend, of the S3 backend, and of a local file.
test.each([
  ['too-large', 'Error saving state: HTTP error: 413'],
  ['full', 'Error saving state: HTTP error: 507'],
  ['full', 'Error saving state: write terraform.tfstate: no space left on device'],
  ['denied', 'Error saving state: HTTP error: 403'],
  [
    'denied',
    'Error saving state: failed to upload state: operation error S3: PutObject, https response error StatusCode: 403, RequestID: 7, HostID: 9, api error AccessDenied: Access Denied',
  ],
  ['missing', 'Error saving state: operation error S3: PutObject, api error NoSuchBucket: no such bucket'],
  ['other', 'Error saving state: HTTP error: 500'],
])('a state that cannot be stored: %s (%s)', (cause, detail) => {
  const errors = [
    diagnostic('creating IAM User', 'api error Throttling: Rate exceeded', 'aws_iam_user.member_bo'),
    diagnostic('Failed to save state', detail),
  ];
  const reason = `Failed to save state: ${detail} (and 1 more error)`;
  expect(failureOf('apply', {}, errors)).toEqual({ code: 'backend-failed', args: { reason, cause, progress } });
});

test('an apply says how far it came, where, and how many errors there were', () => {
  const errors = [
    diagnostic('creating IAM User', 'Syntax  errors\n in policy.', 'aws_iam_user.member_bo'),
    diagnostic('other'),
    diagnostic('third'),
  ];
  expect(failureOf('apply', {}, errors)).toEqual({
    code: 'apply-failed',
    args: {
      reason: 'aws_iam_user.member_bo: creating IAM User: Syntax errors in policy. (and 2 more errors)',
      progress,
    },
  });
});

test('credentials that end in the middle of an apply leave it half done', () => {
  const error = diagnostic('updating IAM User', 'failed to refresh cached credentials', 'aws_iam_user.member_bo');
  expect(failureOf('apply', {}, [error])).toMatchObject({ code: 'credentials-missing', args: { progress } });
  expect(failureOf('plan', {}, [error]).args).not.toHaveProperty('progress');
});

test.each([
  [
    'OpenTofu',
    'Lock Info:\n  ID:        6f1cae66-7c3b-d7ff-4a3c-b6e2e5b2a111\n  Path:      terraform.tfstate\n  Operation: OperationTypeApply\n  Who:       ada@lab\n  Version:   1.6.2\n  Created:   2026-11-25 10:00:00.123 +0000 UTC\n  Info:      \n',
  ],
  [
    'a box drawn around it',
    '│ Lock Info:\n│   ID:        6f1cae66-7c3b-d7ff-4a3c-b6e2e5b2a111\n│   Operation: OperationTypeApply\n│   Who:       ada@lab\n│   Created:   2026-11-25 10:00:00.123 +0000 UTC',
  ],
])('a locked state tells its holder: %s', (_case, detail) => {
  expect(failureOf('plan', {}, [diagnostic('Error acquiring the state lock', detail)])).toEqual({
    code: 'state-locked',
    args: {
      lock: {
        id: '6f1cae66-7c3b-d7ff-4a3c-b6e2e5b2a111',
        who: 'ada@lab',
        operation: 'OperationTypeApply',
        created: '2026-11-25 10:00:00.123 +0000 UTC',
      },
      command: 'tofu -chdir=team',
    },
  });
});

test('init has no stream: the text of stderr is read, box or no box', () => {
  const boxed =
    '╷\n│ Error: Failed to query available provider packages\n│ \n│ Could not retrieve the list of available versions for provider hashicorp/aws:\n│ no route to host\n╵\n';
  expect(failureOf('init', { stderr: boxed })).toEqual({
    code: 'provider-unavailable',
    args: {
      reason:
        'Failed to query available provider packages: Could not retrieve the list of available versions for provider hashicorp/aws: no route to host',
    },
  });
  expect(
    failureOf('init', { stderr: '\nError: Backend configuration changed\n\nA change in the backend configuration' }),
  ).toEqual({
    code: 'backend-changed',
    args: { command: 'tofu -chdir=team' },
  });
  const reasons = ['\npanic: runtime error\nmore', ''].map((stderr) => failureOf('init', { stderr }).args);
  expect(reasons).toEqual([{ reason: 'panic: runtime error' }, { reason: 'the engine gave no reason' }]);
});

test.each<[object, Partial<EngineRun>]>([
  [{ code: 'interrupted', args: { progress } }, { interrupted: true }],
  [
    { code: 'killed', args: { signal: 'SIGKILL', progress } },
    { signal: 'SIGKILL', exitCode: null },
  ],
  [
    { code: 'terraform-unusable', args: { binary: '', reason: 'spawn EACCES' } },
    { startError: 'spawn EACCES', exitCode: null },
  ],
])('%j comes before whatever the engine said', (expected, run) => {
  expect(failureOf('apply', run, [diagnostic('creating IAM User', 'EntityAlreadyExists')])).toEqual(expected);
});
