import type { DisplayNames } from '../../access/text/names.ts';
import type { DriftFinding, ScanResult } from '../finding.ts';
import { besidesUnapplied, isNothingApplied } from './unapplied.ts';

/** The findings of a look by what is to be said of them. */
export interface Sorted {
  /** What differs, worst first. */
  readonly open: readonly DriftFinding[];
  /** What applying team.yaml does. */
  readonly pending: readonly DriftFinding[];
  /** What was done by hand and is as team.yaml wants it by now. */
  readonly settled: readonly DriftFinding[];
}

export function sortedFindings({ findings }: Pick<ScanResult, 'findings'>): Sorted {
  return {
    open: findings.filter(({ cause }) => cause !== 'pending' && cause !== 'expired' && cause !== 'resolved'),
    pending: findings.filter(({ cause }) => cause === 'pending' || cause === 'expired'),
    settled: findings.filter(({ cause }) => cause === 'resolved'),
  };
}

/** The same without what one sentence tells, where nothing was applied yet. */
export function toldFindings(
  look: Pick<ScanResult, 'findings' | 'at'>,
  naming: DisplayNames,
): Sorted & { isNew: boolean } {
  const isNew = isNothingApplied(look, naming);
  return { ...sortedFindings(isNew ? { findings: besidesUnapplied(look.findings) } : look), isNew };
}

type Headed = Pick<ScanResult, 'findings' | 'class' | 'notChecked' | 'snoozed' | 'at'>;

/** `perception-lab differs from team.yaml: 3 findings, 1 spends money`, without a full stop. */
export function headingWords(look: Headed, naming: DisplayNames): string {
  const { lab } = naming;
  const { open, pending, settled, isNew } = toldFindings(look, naming);
  if (isNew) {
    const besides = open.length === 0 ? '' : `, and ${countWords(open.length, 'finding')} besides`;
    return `${lab}: nothing of team.yaml is on the account yet${besides}`;
  }
  if (open.length > 0) {
    const spending = open.filter(isSpending).length;
    const money = spending === 0 ? '' : `, ${spending === 1 ? '1 spends' : `${spending} spend`} money`;
    return `${lab} differs from team.yaml: ${countWords(open.length, 'finding')}${money}`;
  }
  if (pending.length > 0) return pendingHeading(pending, naming);
  if (settled.length > 0) return `${lab} was changed by hand, and is as team.yaml says by now`;
  if (look.notChecked.length > 0) return `${lab} is as team.yaml says, as far as it could be looked at`;
  return look.snoozed.length > 0
    ? `${lab} is as team.yaml says, but for what is snoozed there (${countWords(look.snoozed.length, 'finding')})`
    : `${lab} is as team.yaml says`;
}

/** A key more lets nobody spend who could not before: it is a copy more to lose. */
function isSpending({ risk, rule }: DriftFinding): boolean {
  return risk === 'spends' && rule !== 'too-many-access-keys' && rule !== 'key-used-after-leaving';
}

/** The same where nothing but an apply is due. */
export function pendingHeading(pending: readonly DriftFinding[], naming: DisplayNames): string {
  const { lab } = naming;
  if (pending.every(isOver)) {
    return pending.length === 1
      ? `${lab}: a last day has passed, and the user is still there`
      : `${lab}: the last day of ${countWords(pending.length, 'member')} has passed, and their users are still there`;
  }
  return `${lab}: ${countWords(pending.length, 'change')} of team.yaml ${isAre(pending.length)} not applied`;
}

/** What stands above a list of them, without a colon. */
export function pendingListWords(pending: readonly DriftFinding[]): string {
  const over = pending.filter(isOver).length;
  if (over === 0) return 'Merged and not applied yet';
  return over === pending.length ? 'Due, and not applied yet' : 'Merged, or due, and not applied yet';
}

/** Whether it is the user of a member whose last day has passed: nobody has changed the file. */
export function isOver({ cause }: DriftFinding): boolean {
  return cause === 'expired';
}

/** What a look means beside the number of findings; null where the findings say it. */
export function classWords(look: Headed): string | null {
  switch (look.class) {
    case 'clean':
    case 'drift':
      return null;
    case 'pending':
      return pendingWords(look);
    case 'state-only':
      return 'The account was changed by hand, and is as team.yaml says by now; the next apply records it.';
    case 'unexplained':
      return 'Applying would change something that neither team.yaml nor a change by hand explains.';
    case 'unmanaged':
      return 'What team.yaml declares is as it says; beside it there is what nobody declares.';
    case 'error':
      return 'What could be looked at is as team.yaml says, and not everything could be looked at.';
  }
}

function pendingWords(look: Headed): string {
  const { open, pending, settled } = sortedFindings(look);
  const due =
    pending.length > 0 && pending.every(isOver)
      ? 'a last day has passed since the last apply'
      : 'team.yaml has changes that are not applied yet';
  // Without a plan, or a record of the last apply, nobody knows whether it was by hand.
  if (open.length > 0) return `${due.charAt(0).toUpperCase()}${due.slice(1)}, or somebody changed the account by hand.`;
  return settled.length > 0
    ? `What was done by hand is as team.yaml wants it by now; ${due}.`
    : `Nobody changed the account by hand; ${due}.`;
}

/** `1 finding`, `3 findings` */
export function countWords(count: number, noun: string): string {
  return `${count.toLocaleString('en-US')} ${noun}${count === 1 ? '' : 's'}`;
}

export function isAre(count: number): string {
  return count === 1 ? 'is' : 'are';
}
