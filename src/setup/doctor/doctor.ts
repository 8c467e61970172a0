import { succeed } from '../../diagnostics/failure.ts';
import { OUR_RULESET } from '../../github/settings.ts';
import { REQUIRED_CHECK } from '../../review/approval/rules.ts';
import { MAIN_BRANCH } from '../../team/names.ts';
import { codeText, strongText, type Text, t, trusted } from '../../text/text.ts';
import { AWS_CHECKS } from './aws-checks.ts';
import type { Facts, Verdict } from './check.ts';
import { GITHUB_CHECKS, oneOwner, wantedRuleset } from './github-checks.ts';

/** Every check of `doctor`. */
export const CHECKS = [
  ...AWS_CHECKS.map((check) => ({ ...check, side: 'aws' as const })),
  ...GITHUB_CHECKS.map((check) => ({ ...check, side: 'github' as const })),
];

const FIX = t`run ${codeText('mturk-team doctor --fix')}`;

/** What a check found. */
export interface Diagnosis {
  readonly check: (typeof CHECKS)[number];
  readonly outcome: Verdict;
  /** Null if it is right, or nothing can be done. */
  readonly fix: Text | null;
  /** Whether `--fix` makes it right by the ruleset that it writes. */
  readonly isFixable: boolean;
}

export function diagnose(facts: Facts): readonly Diagnosis[] {
  const fixed = withRuleset(facts);
  // Rules without reviews would let every other writer merge.
  const isOffered = oneOwner(fixed).state === 'right';
  return CHECKS.map((check) => {
    const outcome = check.outcome(facts);
    if (outcome.state === 'right' || outcome.state === 'not-asked')
      return { check, outcome, fix: null, isFixable: false };
    if (outcome.state === 'not-checked') return { check, outcome, fix: outcome.fix, isFixable: false };
    const isFixable = isOffered && check.outcome(fixed).state === 'right';
    return { check, outcome, fix: isFixable ? FIX : check.fix(facts), isFixable };
  });
}

/** The facts as `--fix` would leave them: what it does not make right is not offered. */
function withRuleset(facts: Facts): Facts {
  const { github, team } = facts;
  if (!github.ok || !github.value.rulesets.ok) return facts;
  const others = github.value.rulesets.value.filter(({ name }) => name !== OUR_RULESET);
  const rulesets = succeed([...others, wantedRuleset(team)]);
  return { ...facts, github: succeed({ ...github.value, rulesets }) };
}

/** What `--fix` changes, before it does. */
export function rulesetText({ team, github }: Facts): Text {
  const isThere =
    github.ok && github.value.rulesets.ok && github.value.rulesets.value.some(({ name }) => name === OUR_RULESET);
  const review = team.settings.selfApproval
    ? t`a pull request, which ${strongText(t`no one must approve`)} (${codeText('self-approval')}),`
    : t`a pull request that a code owner approved`;
  return t`${trusted(isThere ? 'Change' : 'Create')} ruleset ${codeText(OUR_RULESET)}: ${review} and the check ${codeText(REQUIRED_CHECK)} required for the default branch and ${codeText(MAIN_BRANCH)}; squash merging alone, no force push, no deletion, no bypass`;
}
