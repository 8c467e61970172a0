import type { DriftClass, DriftFinding, DriftLook } from '../review/drift-finding.ts';

/** The findings of a look by what is to be said of them. */
export interface Sorted {
  /** What differs, worst first. */
  readonly open: readonly DriftFinding[];
  /** What applying team.yaml does. */
  readonly pending: readonly DriftFinding[];
  /** What was done by hand and is as team.yaml wants it by now. */
  readonly settled: readonly DriftFinding[];
}

export function sortedFindings({ findings }: Pick<DriftLook, 'findings'>): Sorted {
  return {
    open: findings.filter(({ cause }) => cause !== 'pending' && cause !== 'settled'),
    pending: findings.filter(({ cause }) => cause === 'pending'),
    settled: findings.filter(({ cause }) => cause === 'settled'),
  };
}

/** `perception-lab differs from team.yaml: 3 findings, 1 spends money`, without a full stop. */
export function headingWords(look: Pick<DriftLook, 'findings' | 'class' | 'unseen'>, lab: string): string {
  const { open, pending, settled } = sortedFindings(look);
  if (open.length > 0) {
    const spending = open.filter(({ risk }) => risk === 'spends').length;
    const money = spending === 0 ? '' : `, ${spending === 1 ? '1 spends' : `${spending} spend`} money`;
    return `${lab} differs from team.yaml: ${countWords(open.length, 'finding')}${money}`;
  }
  if (pending.length > 0)
    return `${lab}: ${countWords(pending.length, 'change')} of team.yaml ${isAre(pending.length)} not applied`;
  if (settled.length > 0) return `${lab} was changed by hand, and is as team.yaml says by now`;
  return look.unseen.length > 0
    ? `${lab} is as team.yaml says, as far as it could be looked at`
    : `${lab} is as team.yaml says`;
}

/** What a class means beside the number of findings; empty where the findings say it. */
export const CLASS_WORDS: Readonly<Record<DriftClass, string>> = {
  clean: '',
  pending: 'Nobody changed the account by hand; team.yaml has changes that are not applied yet.',
  drift: '',
  'state-only': 'The account was changed by hand, and is as team.yaml says by now; the next apply records it.',
  unexplained: 'Applying would change something that neither team.yaml nor a change by hand explains.',
  unmanaged: 'What team.yaml declares is as it says; beside it there is what nobody declares.',
  error: 'What could be looked at is as team.yaml says, and not everything could be looked at.',
};

/** `1 finding`, `3 findings` */
export function countWords(count: number, noun: string): string {
  return `${count.toLocaleString('en-US')} ${noun}${count === 1 ? '' : 's'}`;
}

export function isAre(count: number): string {
  return count === 1 ? 'is' : 'are';
}
