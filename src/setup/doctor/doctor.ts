import { type Result, succeed } from '../../diagnostics/failure.ts';
import { OUR_RULESET, type RepositorySettings, type SettingsPort } from '../../github/settings.ts';
import { MAIN_BRANCH } from '../../team/names.ts';
import { codeText, type Text, t, trusted } from '../../text/text.ts';
import { AWS_CHECKS } from './aws-checks.ts';
import type { Check, Facts, Outcome, Repair } from './check.ts';
import { GITHUB_CHECKS, wantedRuleset } from './github-checks.ts';

/** Every check of `doctor`. */
export const CHECKS: readonly Check[] = [...AWS_CHECKS, ...GITHUB_CHECKS];

const FIX = t`run ${codeText('mturk-team doctor --fix')}`;

/** What a check found. */
export interface Diagnosis {
  readonly check: Check;
  readonly outcome: Outcome;
  /** Null if it is right, or nothing can be done. */
  readonly fix: Text | null;
  /** What `--fix` would do about it; null for nothing. */
  readonly repair: Repair | null;
}

export function diagnose(facts: Facts): readonly Diagnosis[] {
  return CHECKS.map((check) => {
    const outcome = check.outcome(facts);
    if (outcome.state === 'right') return { check, outcome, fix: null, repair: null };
    if (outcome.state === 'not-checked') return { check, outcome, fix: outcome.fix, repair: null };
    const { repair = null } = check;
    const isRepaired = repair !== null && check.outcome(afterRepair(facts, repair)).state === 'right';
    return isRepaired ? { check, outcome, fix: FIX, repair } : { check, outcome, fix: check.fix(facts), repair: null };
  });
}

/** The facts as the repair would leave them: what it does not make right is not offered. */
function afterRepair(facts: Facts, repair: Repair): Facts {
  const { github, team } = facts;
  if (!github.ok) return facts;
  const { environments, guards } = github.value;
  if (repair === 'ruleset') {
    if (!guards.ok) return facts;
    const wanted = wantedRuleset(team);
    const others = guards.value.filter(({ name }) => name !== wanted.name);
    return { ...facts, github: succeed({ ...github.value, guards: succeed([...others, wanted]) }) };
  }
  const { [repair]: before } = environments;
  if (!before.ok) return facts;
  const allowed = [{ id: 0, name: MAIN_BRANCH, type: 'branch' as const }];
  const after = { reviewers: [], preventSelfReview: false, waitTimer: 0, ...before.value, allowed };
  return {
    ...facts,
    github: succeed({ ...github.value, environments: { ...environments, [repair]: succeed(after) } }),
  };
}

/** The repairs that are offered, in the order of the checks. */
export function repairsOf(found: readonly Diagnosis[]): readonly Repair[] {
  return [...new Set(found.flatMap(({ repair }) => repair ?? []))];
}

/** What a repair changes, before it does. */
export function repairText(repair: Repair, { team, github }: Facts): Text {
  const branch = codeText(MAIN_BRANCH);
  const verb = trusted(github.ok && isThere(repair, github.value) ? 'Change' : 'Create');
  if (repair !== 'ruleset') return t`${verb} environment ${codeText(repair)}: take deployments from ${branch} alone`;
  const { name, pullRequest, checks } = wantedRuleset(team);
  const review = pullRequest?.codeOwners === true ? t`a pull request that a code owner approved` : t`a pull request`;
  return t`${verb} ruleset ${codeText(name)}: ${review} and the check ${codeText(checks[0] ?? '')} required for ${branch}; no force push, no deletion, no bypass`;
}

function isThere(repair: Repair, { environments, guards }: RepositorySettings): boolean {
  if (repair === 'ruleset') return guards.ok && guards.value.some(({ name }) => name === OUR_RULESET);
  const { [repair]: environment } = environments;
  return environment.ok && environment.value !== null;
}

/** Carries out a repair. */
export async function carryOut(repair: Repair, { github, team }: Facts, port: SettingsPort): Promise<Result<null>> {
  if (!github.ok) return github;
  if (repair === 'ruleset') return port.writeRuleset(wantedRuleset(team));
  const { [repair]: environment } = github.value.environments;
  return environment.ok ? port.writeEnvironment(repair, environment.value, MAIN_BRANCH) : environment;
}
