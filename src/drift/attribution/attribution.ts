import type { CloudTrailEvent } from '../../aws/cloudtrail.ts';
import { type Attribution, type DriftFinding, isPending } from '../finding.ts';
import { ruleOf } from '../rules/rules.ts';
import type { CloudTrailMatcher } from './matcher.ts';

/** What to look up in CloudTrail: IAM names, and ARNs of policies, each once, in the order of the findings. */
export function subjectsOf(findings: readonly DriftFinding[]): readonly string[] {
  return [...new Set(findings.flatMap((finding) => matcherOf(finding)?.subject ?? []))];
}

/**
 * The findings with who caused them: the actor of the newest successful event that matches. An apply by Terraform is
 * named, too (`terraform`).
 */
export function attribute(
  findings: readonly DriftFinding[],
  events: readonly CloudTrailEvent[],
): readonly DriftFinding[] {
  const newestFirst = events
    .filter(({ isError }) => !isError)
    .sort((one, other) => (one.at < other.at ? 1 : one.at > other.at ? -1 : 0));
  return findings.map((finding) => {
    const matcher = matcherOf(finding);
    const event = matcher === null ? undefined : newestFirst.find((one) => matches(matcher, one));
    return event === undefined
      ? finding
      : { ...finding, lastChange: { ...attributionOf(event), ...renamedBy(finding, event) } };
  });
}

function matcherOf(finding: DriftFinding): CloudTrailMatcher | null {
  return (isPending(finding) ? null : ruleOf(finding).cloudTrail?.(finding)) ?? null;
}

function matches({ calls }: CloudTrailMatcher, event: CloudTrailEvent): boolean {
  return Object.hasOwn(calls, event.name) && calls[event.name]?.(event.parameters, event) === true;
}

function attributionOf({ actor, at, sourceIp, userAgent }: CloudTrailEvent): Attribution {
  return { actor, at, sourceIp, userAgent };
}

/** Only the call shows that a missing user or group was renamed, not deleted. */
function renamedBy({ rule }: DriftFinding, { parameters }: CloudTrailEvent): Pick<Attribution, 'renamedTo'> {
  if (rule !== 'user-deleted' && rule !== 'group-deleted') return {};
  const name = parameters.newUserName ?? parameters.newGroupName;
  return typeof name === 'string' ? { renamedTo: name } : {};
}
