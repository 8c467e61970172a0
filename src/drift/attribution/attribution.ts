import type { CloudTrailEvent } from '../../aws/cloudtrail/event.ts';
import type { Attribution, DriftFinding } from '../finding.ts';
import { whatOf } from '../rules/what.ts';
import { type Deed, deedOf } from './deed.ts';

/**
 * What to look up in CloudTrail to tell who did what was found: IAM names, and ARNs of policies, each once, in the order
 * of the findings. What the file itself brings about is nobody's doing on the account.
 */
export function subjectsOf(findings: readonly DriftFinding[]): readonly string[] {
  return [...new Set(findings.flatMap((finding) => asked(finding)?.subject ?? []))];
}

/**
 * The findings with who did them, as far as the events tell: the newest one that was carried out and could have done it.
 * Whoever applied the file is named as well (`terraform`): then a lab's own run did it, and a person did not.
 */
export function attribute(
  findings: readonly DriftFinding[],
  events: readonly CloudTrailEvent[],
): readonly DriftFinding[] {
  const done = events
    .filter(({ isError }) => !isError)
    .sort((one, other) => (one.at < other.at ? 1 : one.at > other.at ? -1 : 0));
  return findings.map((finding) => {
    const deed = asked(finding);
    const event = deed === null ? undefined : done.find((one) => did(deed, one));
    return event === undefined
      ? finding
      : { ...finding, lastChange: { ...attributionOf(event), ...renamedBy(finding, event) } };
  });
}

function asked(finding: DriftFinding): Deed | null {
  return finding.cause === 'pending' || finding.cause === 'expired' ? null : deedOf(whatOf(finding));
}

function did({ calls }: Deed, event: CloudTrailEvent): boolean {
  return Object.hasOwn(calls, event.name) && calls[event.name]?.(event.parameters, event) === true;
}

function attributionOf({ actor: who, at, sourceIp: from, userAgent: through }: CloudTrailEvent): Attribution {
  return { actor: who, at, sourceIp: from, userAgent: through };
}

/** What is gone may only have another name since: nothing but the call tells. */
function renamedBy({ rule }: DriftFinding, { parameters }: CloudTrailEvent): Pick<Attribution, 'renamedTo'> {
  if (rule !== 'user-deleted' && rule !== 'group-deleted') return {};
  const name = parameters.newUserName ?? parameters.newGroupName;
  return typeof name === 'string' ? { renamedTo: name } : {};
}
