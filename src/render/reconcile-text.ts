import type { DriftFinding } from '../review/drift-finding.ts';
import type { Refusal } from '../review/reconcile-refusal.ts';
import { listWords, type Naming, personName } from './access-words.ts';
import { differenceWords } from './drift-difference.ts';
import { countWords } from './drift-heading.ts';
import { unseenWords } from './drift-lines.ts';
import { infinitive } from './review-words.ts';
import { visible } from './visible.ts';

const SHOWN = 10;
const NOTHING = 'Nothing was changed.';

/** Why a reconcile did nothing, in sentences, the last of which says what to do. */
export function refusalWords(refusal: Refusal, naming: Naming): string {
  switch (refusal.reason) {
    case 'off':
      return `team.yaml lets nothing be undone unasked. ${NOTHING} To allow it, write under settings in team.yaml: reconcile: { per-day: 3 }`;
    case 'unknown-keys':
      return `${listWords(refusal.keys.map(visible))} ${refusal.keys.length === 1 ? 'is no member and no role' : 'are no members and no roles'} of team.yaml. ${NOTHING} Name keys as team.yaml has them.`;
    case 'another-look':
      return `What differs now is not what was reported (${refusal.expected.slice(0, 12)} then, ${refusal.found.slice(0, 12)} now). ${NOTHING} Look again, and decide about that.`;
    case 'incomplete':
      return `Not everything could be looked at${refusal.unseen.length === 0 ? '' : ` (${refusal.unseen.slice(0, SHOWN).map(unseenWords).join('; ')})`}. ${NOTHING} Mend that first.`;
    case 'pending':
      return `team.yaml has changes that are not applied yet: ${idWords(refusal.findings)}. ${NOTHING} Apply them first; an apply also gives back what was removed by hand.`;
    case 'unexplained':
      return `Applying would change what neither team.yaml nor a change by hand explains: ${idWords(refusal.findings)}. ${NOTHING} Look at "mturk-team plan --resources".`;
    case 'flapping':
      return `This was undone twice in the last seven days, and is here again: ${idWords(refusal.findings)}. ${NOTHING} Somebody, or another program, does it over and over: find out who, before it is undone once more.`;
    case 'quota':
      return `settings.reconcile in team.yaml lets ${countWords(refusal.perDay, 'thing')} be undone in 24 hours; ${refusal.done} ${refusal.done === 1 ? 'was' : 'were'} undone already, and ${refusal.wanted} more would be. ${NOTHING} So much at once is for a person: look at each, then allow more, or run "mturk-team drift --restore" with the keys of those concerned, which also gives back what was taken from them.`;
    case 'other-changes':
      return `Undoing would do something else than was reported. ${otherWords(refusal, naming)}${NOTHING} Look again: somebody may have changed the account in between.`;
    case 'rails':
      return `The rails refuse it (${[...new Set(refusal.findings.map(({ code }) => code))].join(', ')}). ${NOTHING} What they want stands in docs/findings.md.`;
    case 'held':
      return `While it is undone, ${userWords(refusal.users, naming)} could for a moment do what neither the account nor team.yaml allows. ${NOTHING} "mturk-team apply" does it in steps; it also gives back what was removed by hand.`;
    case 'gives':
      return `Undoing would give ${userWords(refusal.users, naming)} something that somebody took away. ${NOTHING} Run "mturk-team drift --restore" for whoever is to have it back.`;
  }
}

/** What was put right, of how many things. */
export function undoneText(findings: readonly DriftFinding[]): string {
  return `Put right: ${countWords(findings.length, 'thing')}. ${idWords(findings)}.`;
}

export function nothingToUndoText(): string {
  return 'Nothing is to be undone.';
}

export function reconcileQuestion(count: number, account: string): string {
  return `Put right ${countWords(count, 'thing')} on account ${account}, and nothing else?`;
}

/** What was left as it was after something was put right. */
export function stillDiffersText(): string {
  return 'Looked at again:';
}

function idWords(findings: readonly DriftFinding[]): string {
  const rest = findings.length - SHOWN;
  const ids = findings.slice(0, SHOWN).map(({ id }) => visible(id));
  return `${ids.join(', ')}${rest > 0 ? `, and ${rest} more` : ''}`;
}

function userWords(users: readonly string[], naming: Naming): string {
  return listWords(users.slice(0, SHOWN).map((user) => visible(personName(user, naming))));
}

function otherWords(
  { besides, addresses, missing }: Extract<Refusal, { reason: 'other-changes' }>,
  naming: Naming,
): string {
  const told = [
    ...(besides.length === 0
      ? []
      : [
          `Besides, it would ${besides
            .slice(0, SHOWN)
            .map((each) => infinitive(differenceWords(each, naming)))
            .join('; ')}.`,
        ]),
    ...(addresses.length === 0 ? [] : [`Also touched: ${addresses.slice(0, SHOWN).map(visible).join(', ')}.`]),
    ...(missing.length === 0 ? [] : [`Not put right: ${idWords(missing)}.`]),
  ];
  return told.map((text) => `${text} `).join('');
}
