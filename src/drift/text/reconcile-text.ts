import { type DisplayNames, listWords, userLabel } from '../../access/text/names.ts';
import { differenceText } from '../../review/text/change-text.ts';
import { plainText } from '../../text/text.ts';
import { visible } from '../../text/visible.ts';
import type { DriftFinding, ScanResult } from '../finding.ts';
import type { Unknown } from '../remediation/reconcile.ts';
import type { Refusal } from '../remediation/reconcile-refusal.ts';
import { restoreEffect } from '../remediation/restore-effect.ts';
import { countWords, sortedFindings } from './heading.ts';
import { unseenWords } from './lines.ts';
import { deedLines } from './reconcile-deed.ts';

const SHOWN = 10;
const NOTHING = 'Nothing was changed.';

/** Why a reconcile did nothing, in sentences, the last of which says what to do. */
export function refusalWords(refusal: Refusal, naming: DisplayNames): string {
  switch (refusal.reason) {
    case 'off':
      return `team.yaml lets nothing be undone unasked. ${NOTHING} To allow it, write under settings in team.yaml: reconcile: { mode: additions, per-day: 3 }`;
    case 'unknown-keys':
      return `${listWords(refusal.keys.map(({ name }) => visible(name)))} ${refusal.keys.length === 1 ? 'is no member and no role' : 'are no members and no roles'} of team.yaml. ${NOTHING} ${nearWords(refusal.keys) ?? 'Name keys as team.yaml has them, or findings by the names that the report has in brackets.'}`;
    case 'not-restorable':
      return `${BECAUSE.flatMap(([because, words]) => {
        const those = refusal.findings.filter((each) => each.because === because);
        return those.length === 0 ? [] : [`${words}: ${someWords(those.map(({ name }) => name))}.`];
      }).join(
        ' ',
      )} ${NOTHING} ${nearWords(refusal.findings) ?? 'What else there is, and what mends it, "mturk-team drift" says.'}`;
    case 'another-look':
      return `What differs now is not what was reported (${refusal.expected.slice(0, 12)} then, ${refusal.found.slice(0, 12)} now). ${NOTHING} Look again, and decide about that.`;
    case 'changed-meanwhile':
      return `Somebody changed the account after it was looked at. ${NOTHING} Look again, and decide about that.`;
    case 'incomplete':
      return `Not everything could be looked at${refusal.unseen.length === 0 ? '' : ` (${refusal.unseen.slice(0, SHOWN).map(unseenWords).join('; ')})`}. ${NOTHING} Mend that first.`;
    case 'pending':
      return `team.yaml has changes that are not applied yet: ${idWords(refusal.findings)}. ${NOTHING} Apply them first; an apply also gives back what was removed by hand.`;
    case 'unexplained':
      return `Applying would change what neither team.yaml nor a change by hand explains: ${idWords(refusal.findings)}. ${NOTHING} Look at "mturk-team plan --resources".`;
    case 'flapping':
      return `This was undone twice in the last seven days, and is here again: ${idWords(refusal.findings)}. ${NOTHING} Somebody, or another program, does it over and over: find out who, before it is undone once more.`;
    case 'quota':
      return `settings.reconcile in team.yaml lets ${countWords(refusal.perDay, 'thing')} be undone in 24 hours; ${refusal.done} ${refusal.done === 1 ? 'was' : 'were'} undone already, and ${refusal.wanted} more would be. ${NOTHING} So much at once is for a person: look at each, then allow more, or put it right by its name in the report: "mturk-team drift --restore NAME", which may be given again.`;
    case 'other-changes':
      return `Undoing would do something else than was reported. ${otherWords(refusal, naming)}${NOTHING} Look again: somebody may have changed the account in between.`;
    case 'blocks':
      return `The blocks refuse it (${[...new Set(refusal.findings.map(({ code }) => code))].join(', ')}). ${NOTHING} What they want stands in docs/reference/findings.md.`;
    case 'held':
      return `While it is undone, ${userWords(refusal.users, naming)} could for a moment do what neither the account nor team.yaml allows. ${NOTHING} "mturk-team apply" does it in steps; it also gives back what was removed by hand.`;
    case 'gives':
      return `Undoing would give ${userWords(refusal.users, naming)} something that somebody took away. ${NOTHING} Run "mturk-team drift --restore" with the names of the findings that are to be put right.`;
  }
}

/** What was put right, a line each. */
export function undoneText(findings: readonly DriftFinding[], naming: DisplayNames): string {
  return ['Put right:', ...shownLines(deedLines(findings, naming, 'done'))].join('\n');
}

export function nothingToUndoText(): string {
  return 'There is nothing to put right of what was asked.';
}

/** What is about to be done, a line each, to stand before the question. */
export function reconcileLines(findings: readonly DriftFinding[], naming: DisplayNames): readonly string[] {
  return ['This is about to be done:', ...shownLines(deedLines(findings, naming, 'todo'))];
}

export function reconcileQuestion(findings: readonly DriftFinding[], account: string): string {
  const giving = findings.filter((finding) => restoreEffect(finding) !== 'gives-nothing').length;
  const gives = giving === 0 ? '' : `, ${giving === findings.length ? 'which' : `${giving} of which`} may give access`;
  return `Do this on account ${account} (${countWords(findings.length, 'thing')}${gives}), and nothing else?`;
}

/** How the account stands after something was put right, without telling all of it again. */
export function stillDiffersText(look: Pick<ScanResult, 'findings' | 'snoozed' | 'notChecked'>): string {
  const { open, pending } = sortedFindings(look);
  const snoozed = look.snoozed.length === 0 ? '' : ` ${countWords(look.snoozed.length, 'finding')} snoozed.`;
  const unseen = look.notChecked.length === 0 ? '' : ' Not everything could be looked at.';
  if (open.length + pending.length === 0) {
    const besides = look.snoozed.length === 0 ? '' : ', but for what is snoozed';
    return `The account is as team.yaml says${look.notChecked.length === 0 ? besides : ', as far as it could be looked at'}.${unseen}`;
  }
  const differs =
    open.length === 0 ? [] : [`Still different: ${countWords(open.length, 'finding')}. ${idWords(open)}.`];
  const waits = pending.length === 0 ? [] : [`Merged and not applied yet: ${idWords(pending)}.`];
  return `${[...differs, ...waits].join(' ')}${snoozed}${unseen}`;
}

/** What names a look for --expect, where putting something right comes next. */
export function fingerprintText({ fingerprint }: Pick<ScanResult, 'fingerprint'>): string {
  const digits = fingerprint.slice(0, FINGERPRINT_DIGITS);
  return `This look is ${digits}: with --expect ${digits}, --reconcile and --restore change nothing if anything else is found by then.`;
}

/** So many digits tell two looks apart. */
const FINGERPRINT_DIGITS = 12;

const BECAUSE = [
  ['not-found', 'Not found, or not any more'],
  ['snoozed', 'Snoozed in team.yaml'],
  ['not-put-back', 'Nothing that --restore puts back'],
] as const;

function nearWords(names: readonly Unknown[]): string | null {
  const near = names.flatMap((each) => (each.near === null ? [] : [visible(each.near)]));
  return near.length === 0 ? null : `Did you mean ${listWords(near)}?`;
}

function shownLines(lines: readonly string[]): readonly string[] {
  return lines.map((line) => `  - ${line}`);
}

function idWords(findings: readonly DriftFinding[]): string {
  return someWords(findings.map(({ id }) => id));
}

function someWords(names: readonly string[]): string {
  const rest = names.length - SHOWN;
  return `${names.slice(0, SHOWN).map(visible).join(', ')}${rest > 0 ? `, and ${rest} more` : ''}`;
}

function userWords(users: readonly string[], naming: DisplayNames): string {
  return listWords(users.slice(0, SHOWN).map((user) => visible(userLabel(user, naming))));
}

function otherWords(
  { besides, addresses, missing }: Extract<Refusal, { reason: 'other-changes' }>,
  naming: DisplayNames,
): string {
  const told = [
    ...(besides.length === 0
      ? []
      : [
          `Besides, it would ${besides
            .slice(0, SHOWN)
            .map((each) => plainText(differenceText(each, naming, 'infinitive')))
            .join('; ')}.`,
        ]),
    ...(addresses.length === 0 ? [] : [`Also touched: ${addresses.slice(0, SHOWN).map(visible).join(', ')}.`]),
    ...(missing.length === 0 ? [] : [`Not put right: ${idWords(missing)}.`]),
  ];
  return told.map((text) => `${text} `).join('');
}
