import type { BranchRule } from '../../../src/github/port.ts';
import { ACTIONS_APP, missingRules } from '../../../src/review/approval/rules.ts';
import { ENFORCED } from '../../support/lab-repository.ts';

type Parameters = BranchRule['parameters'];

/** The rules of the setup with one changed; null leaves it out. */
function rulesWith(type: string, change: (() => Parameters) | null): readonly BranchRule[] {
  return ENFORCED.flatMap((rule) => {
    if (rule.type !== type) return [rule];
    return change === null ? [] : [{ ...rule, parameters: { ...rule.parameters, ...change() } }];
  });
}

test('the rules of the setup are enough', () => {
  expect(missingRules(ENFORCED, { selfApproval: false })).toEqual([]);
});

const APPROVALS = ['approval', 'code-owners', 'last-push', 'stale-approvals'];
const check = (given: { context?: string; integration_id?: number }) => ({
  required_status_checks: [{ context: 'mturk-team', ...given }],
});

test.each<[string, readonly BranchRule[], readonly string[]]>([
  ['no rule at all', [], ['pull-request', ...APPROVALS, 'required-check', 'linear-history', 'force-push', 'deletion']],
  ['pushes', rulesWith('pull_request', null), ['pull-request', ...APPROVALS]],
  ['no approval', rulesWith('pull_request', () => ({ required_approving_review_count: 0 })), ['approval']],
  [
    'no number of approvals',
    rulesWith('pull_request', () => ({ required_approving_review_count: undefined })),
    ['approval'],
  ],
  ['any approver', rulesWith('pull_request', () => ({ require_code_owner_review: false })), ['code-owners']],
  ['the last pusher', rulesWith('pull_request', () => ({ require_last_push_approval: false })), ['last-push']],
  [
    'stale approvals',
    rulesWith('pull_request', () => ({ dismiss_stale_reviews_on_push: undefined })),
    ['stale-approvals'],
  ],
  ['no checks', rulesWith('required_status_checks', null), ['required-check']],
  ['another check', rulesWith('required_status_checks', () => check({ context: 'test' })), ['required-check']],
  [
    'another check beside ours',
    rulesWith('required_status_checks', () => {
      const { required_status_checks: ours = [] } =
        ENFORCED.find(({ type }) => type === 'required_status_checks')?.parameters ?? {};
      return { required_status_checks: [{ context: 'test' }, ...ours] };
    }),
    [],
  ],
  [
    'another check of the app',
    rulesWith('required_status_checks', () => check({ context: 'test', integration_id: ACTIONS_APP })),
    ['required-check'],
  ],
  ['a check of any app', rulesWith('required_status_checks', () => check({})), ['required-check']],
  [
    'a check of another app',
    rulesWith('required_status_checks', () => check({ integration_id: 1 })),
    ['required-check'],
  ],
  [
    'branches that are not up to date',
    rulesWith('required_status_checks', () => ({ strict_required_status_checks_policy: false })),
    ['required-check'],
  ],
  ['merge commits', rulesWith('required_linear_history', null), ['linear-history']],
  ['force pushes', rulesWith('non_fast_forward', null), ['force-push']],
  ['deletion', rulesWith('deletion', null), ['deletion']],
])('%s: what is missing', (_what, rules, missing) => {
  expect(missingRules(rules, { selfApproval: false })).toEqual(missing);
  // The one owner who may approve alone needs no approvals.
  expect(missingRules(rules, { selfApproval: true })).toEqual(missing.filter((each) => !APPROVALS.includes(each)));
});

test('each may be demanded by another ruleset', () => {
  const { parameters = {} } = ENFORCED.find(({ type }) => type === 'pull_request') ?? {};
  const one = { required_approving_review_count: 2, require_code_owner_review: false };
  const split = [
    ...rulesWith('pull_request', null),
    { type: 'pull_request', parameters: { ...parameters, ...one } },
    { type: 'pull_request', parameters: { ...parameters, required_approving_review_count: 0 } },
  ];
  expect(missingRules(split, { selfApproval: false })).toEqual([]);
});
