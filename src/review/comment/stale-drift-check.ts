/** That the account is not looked at as often as it is meant to be. */
export interface StaleDriftCheck {
  /** `drift.yml` */
  readonly workflow: string;
  /** When the last look that went well began, ISO 8601, UTC; null where none ever did. */
  readonly last: string | null;
  /** When GitHub first saw the workflow, ISO 8601, UTC. */
  readonly since: string;
  readonly everyHours: number;
  /** Who has switched the workflow off; null where it is on. */
  readonly off: 'github' | 'somebody' | null;
}

const HOUR = 3_600_000;

/**
 * Whether looks are overdue: the last one that went well began more than twice the period ago. Where none ever did, the
 * workflow's own age counts, so that a repository that has just been set up is not blamed for what it could not have
 * done yet; where there is no such workflow at all, nobody meant to look.
 */
export function staleDriftCheck(
  {
    file,
    workflow,
    last,
  }: {
    readonly file: string;
    readonly workflow: { readonly createdAt: string; readonly state: string } | null;
    readonly last: { readonly at: string } | null;
  },
  { everyHours, now }: { readonly everyHours: number; readonly now: Date },
): StaleDriftCheck | null {
  if (workflow === null) return null;
  const since = Date.parse(last?.at ?? workflow.createdAt);
  // A time that cannot be read is no reason to warn of anything.
  if (!(now.getTime() - since > 2 * everyHours * HOUR)) return null;
  return { workflow: file, last: last?.at ?? null, since: workflow.createdAt, everyHours, off: offBy(workflow.state) };
}

function offBy(state: string): StaleDriftCheck['off'] {
  if (state === 'active') return null;
  return state === 'disabled_manually' ? 'somebody' : 'github';
}
