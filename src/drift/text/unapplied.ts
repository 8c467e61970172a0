import type { DisplayNames } from '../../access/text/names.ts';
import type { DriftFinding, ScanResult } from '../finding.ts';
import { whatOf } from '../rules/what.ts';

/**
 * Whether an account has nothing of the lab yet: every member's user is missing, and nobody is known to have deleted any.
 * One sentence then says what a finding for each user, group and policy would.
 */
export function isNothingApplied(
  { findings, at }: Pick<ScanResult, 'findings' | 'at'>,
  { people }: DisplayNames,
): boolean {
  const missing = new Set(findings.flatMap((finding) => (isUnapplied(finding) ? [userOf(finding)] : [])));
  const today = at.slice(0, 10);
  const members = [...people].filter(
    ([, { roles, until = null }]) => roles !== undefined && (until === null || until >= today),
  );
  return members.length > 0 && members.every(([user]) => missing.has(user));
}

/** Whether such a sentence says it. */
function isUnapplied(finding: DriftFinding): boolean {
  const { cause } = finding;
  const what = whatOf(finding);
  if (what.kind === 'boundary') return what.effect.state === 'missing';
  return (cause === 'pending' || cause === 'unknown') && what.kind === 'difference';
}

function userOf(finding: DriftFinding): string {
  const what = whatOf(finding);
  return what.kind === 'difference' && what.difference.kind === 'user-deleted' ? what.difference.user : '';
}

/** The findings that such a sentence leaves to be told. */
export function besidesUnapplied(findings: readonly DriftFinding[]): readonly DriftFinding[] {
  return findings.filter((finding) => !isUnapplied(finding));
}

/** `mturk-team apply makes 6 users, 5 groups and 5 policies; run mturk-team apply --bootstrap first` */
export function unappliedWords(findings: readonly DriftFinding[]): string {
  const kinds = findings
    .filter(isUnapplied)
    .map(whatOf)
    .flatMap((what) => (what.kind === 'difference' ? what.difference.kind : []));
  const count = (kind: string, one: string, many: string) => {
    const number = kinds.filter((each) => each === kind).length;
    return number === 0 ? [] : [`${number} ${number === 1 ? one : many}`];
  };
  const made = [
    ...count('user-deleted', 'user', 'users'),
    ...count('group-deleted', 'group', 'groups'),
    ...count('policy-deleted', 'policy', 'policies'),
  ];
  const first = findings.map(whatOf).some((what) => what.kind === 'boundary' && what.effect.state === 'missing')
    ? ' There is no permissions boundary either: an administrator runs mturk-team apply --bootstrap first.'
    : '';
  const last = made.at(-1) ?? '';
  const all = made.length < 2 ? last : `${made.slice(0, -1).join(', ')} and ${last}`;
  return `Nothing of this lab is on the account yet. mturk-team apply makes ${all}.${first}`;
}
