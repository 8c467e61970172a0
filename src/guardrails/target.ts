import { labOfPath } from '../team/names.ts';
import { type Settings, statePlaceName } from '../team/team.ts';
import { codeText, type Text, t } from '../text/text.ts';
import type { GuardrailTable, PlanContext } from './guardrail.ts';

/** What a file is about: the account, the lab and the state. Every role and workflow is made for one of each. */
export const TARGET_GUARDRAILS = {
  'account-changed': {
    checkFiles: ({ before, after }) =>
      before === null || before.account === after.account ? [] : [{ from: before.account, to: after.account }],
    problem: ({ from, to }) => ({
      summary: t`${codeText('account')} changes from ${codeText(from)} to ${codeText(to)}`,
      reason: t`roles, state and access keys belong to the account of the file`,
      help: t`restore ${codeText('account')}; for another account, start a second lab repository`,
    }),
  },
  'state-location-changed': {
    checkFiles: ({ before, after }) => {
      const [from, to] = [before?.settings.state ?? null, after.settings.state].map(locationOf);
      return before === null || from === to ? [] : [{ from: from ?? null, to: to ?? null }];
    },
    problem: ({ from, to }) => ({
      summary: t`${codeText('settings.state')} changes`,
      reason: t`from ${placeText(from)} to ${placeText(to)}; a state without the lab's users would create them again`,
      help: t`restore ${codeText('settings.state')}; an administrator moves the state, then changes the file`,
    }),
  },
  'lab-changed': {
    // Users and groups are renamed and all the rest is replaced, deletions first: no member has access in between.
    checkPlan: (context) => labOfPlan(context),
    checkFiles: ({ before, after }) =>
      before === null || before.lab === after.lab ? [] : [{ from: before.lab, to: after.lab }],
    appliesTo: { stack: 'team' },
    supersedes: [
      ...(['member-not-departed', 'too-many-removals', 'limits-replaced', 'user-without-boundary'] as const),
      ...(['trust-changed', 'outside-managed-path'] as const),
    ],
    problem: ({ from, to }) => ({
      summary: t`${codeText('lab')} changes from ${codeText(from)} to ${codeText(to)}`,
      reason: t`the lab is part of every IAM name and path; all members would lose access before they gain it again`,
      help: t`restore the name; to move, start a second file with the new name in a directory and state of its own, apply it, issue new keys, then remove the members here`,
      paste: [`lab: ${from}`],
    }),
  },
} satisfies Partial<GuardrailTable>;

function placeText(place: string | null): Text {
  return place === null ? t`a local file` : codeText(place);
}

function locationOf(state: Settings['state']): string | null {
  return state === null ? null : `s3://${statePlaceName(state)} (${state.region})`;
}

function labOfPlan({ plan }: PlanContext): { readonly from: string; readonly to: string }[] {
  for (const { change } of plan.changes) {
    const from = labOfPath(String(change.before?.path));
    const to = labOfPath(String(change.after?.path));
    if (from !== null && to !== null && from !== to) return [{ from, to }];
  }
  return [];
}
