import type { DisplayNames } from '../../access/text/names.ts';

/** What a report for GitHub is made from besides the look. */
export interface DriftView {
  readonly naming: DisplayNames;
  /** Whether account ids, ARNs and network addresses are shown in full. Ids of keys never are. */
  readonly reveal: boolean;
  /** Whether team.yaml lets the tool undo what was done by hand (`settings.reconcile`). */
  readonly reconcile: boolean;
  /** Whether CloudTrail was asked who did it; unless told, that is seen from the findings. */
  readonly attributed?: boolean;
  /** `https://github.com/perception-lab/team`; null where it is not known, and nothing is linked. */
  readonly repository?: string | null;
  /** The most bytes of UTF-8 that a text may have; 60,000 unless told, and never less than 12,000. */
  readonly budget?: number;
}

/** GitHub refuses 65,536 characters, and whoever posts it adds a marker and a footer. */
const ISSUE_BUDGET = 60_000;
const LEAST_BUDGET = 12_000;

export function budgetOf({ budget = ISSUE_BUDGET }: Pick<DriftView, 'budget'>): number {
  return Math.max(LEAST_BUDGET, budget);
}

/** The address of a file of the repository's main branch; null where nobody knows, or it is no plain address. */
export function fileUrl(
  { repository = null }: Pick<DriftView, 'repository'>,
  file: string,
  edit = false,
): string | null {
  if (repository === null || !/^https:\/\/[\w.-]+(:\d+)?\/[\w.-]+\/[\w.-]+$/.test(repository)) return null;
  return `${repository}/${edit ? 'edit' : 'blob'}/main/${file}`;
}
