import type { MissingRule } from '../../diagnostics/failure.ts';
import type { BranchRule } from '../../github/port.ts';

/** The last job of `plan.yml`. */
export const REQUIRED_CHECK = 'mturk-team';
/** The id of GitHub Actions, so that no other app can report the check. */
export const ACTIONS_APP = 15368;

/** What the rules of the default branch do not demand: no approval is, if the one owner may approve alone. */
export function missingRules(
  rules: readonly BranchRule[],
  { selfApproval }: { readonly selfApproval: boolean },
): readonly MissingRule[] {
  const some = (type: string, meets: (parameters: NonNullable<BranchRule['parameters']>) => boolean = () => true) =>
    rules.some((rule) => rule.type === type && meets(rule.parameters ?? {}));
  const met: Readonly<Record<MissingRule, boolean>> = {
    'pull-request': some('pull_request'),
    approval: selfApproval || some('pull_request', (each) => (each.required_approving_review_count ?? 0) >= 1),
    'code-owners': selfApproval || some('pull_request', (each) => each.require_code_owner_review === true),
    'last-push': selfApproval || some('pull_request', (each) => each.require_last_push_approval === true),
    'stale-approvals': selfApproval || some('pull_request', (each) => each.dismiss_stale_reviews_on_push === true),
    'required-check': some(
      'required_status_checks',
      ({ strict_required_status_checks_policy: isStrict, required_status_checks: checks = [] }) =>
        isStrict === true &&
        checks.some(({ context, integration_id: app }) => context === REQUIRED_CHECK && app === ACTIONS_APP),
    ),
    'linear-history': some('required_linear_history'),
    'force-push': some('non_fast_forward'),
    deletion: some('deletion'),
  };
  return (Object.keys(met) as readonly MissingRule[]).filter((rule) => !met[rule]);
}
