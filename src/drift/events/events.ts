import type { CloudTrailEvent } from '../../aws/cloudtrail.ts';
import { iamArn } from '../../iam/arn.ts';
import { boundaryArn, iamName, keyOfIamName, labPath, WORKFLOW_ROLES, workflowRoleArn } from '../../team/names.ts';
import type { AccessTeam, Team } from '../../team/team.ts';
import { HOUR_MS } from '../../text/dates.ts';
import { type Attribution, type ChangedBack, type DriftFinding, type Entity, isPending } from '../finding.ts';
import { objectOf, subjectOf } from '../rules/rule.ts';
import { ruleOf } from '../rules/rules.ts';

export interface IamChange {
  readonly event: CloudTrailEvent;
  readonly entities: readonly Entity[];
  /** The group, policy or new name that the event names beside its user or group. */
  readonly target: string | null;
}

/**
 * What was changed, newest first, without the workflows' own calls: the roles of the lab made them, and those of a neighbor,
 * as far as they are about that neighbor. Someone can make a role of a neighbor's name.
 */
export function manualChanges(events: readonly CloudTrailEvent[], team: Team): readonly IamChange[] {
  const { account, lab, members, roles } = team;
  const labs = [lab, ...team.settings.neighbors];
  const byRole = new Map(
    labs.flatMap((each) => WORKFLOW_ROLES.map((role) => [workflowRoleArn({ account, lab: each }, role), each])),
  );
  const ours = new Set([...members, ...roles].map(({ key }) => iamName(lab, key).toLowerCase()));
  // A lab's name can begin with another's.
  const labOf = (name: string) =>
    labs.filter((each) => keyOfIamName(each, name) !== null).sort((one, other) => other.length - one.length)[0];
  const isOf = (neighbor: string, { kind, name }: Entity) => {
    if (kind === 'policy') return isPolicyOf({ lab: neighbor, account }, name);
    return labOf(name.toLowerCase()) === neighbor && !ours.has(name.toLowerCase());
  };
  return events
    .map((event) => ({ event, entities: entitiesOf(event, account), target: targetOf(event) }))
    .filter(({ event: { role }, entities }) => {
      const of = role === null ? undefined : byRole.get(role);
      return of === undefined || (of !== lab && !entities.every((each) => isOf(of, each)));
    });
}

function isPolicyOf(team: Pick<Team, 'lab' | 'account'>, arn: string): boolean {
  return arn === boundaryArn(team) || arn.includes(`:policy${labPath(team.lab)}`);
}

const NAMES = [
  ['userName', 'user'],
  ['newUserName', 'user'],
  ['groupName', 'group'],
  ['newGroupName', 'group'],
  ['roleName', 'role'],
  ['openIDConnectProviderArn', 'identity-provider'],
  ['policyArn', 'policy'],
] as const;
/** A user who calls these need not name itself. */
const OWN = /AccessKey$|SSHPublicKey$|SigningCertificate$|ServiceSpecificCredential$|LoginProfile$/;

function entitiesOf({ name, parameters, actor, user }: CloudTrailEvent, account: string): readonly Entity[] {
  const named = NAMES.flatMap(([key, kind]) => {
    const value = parameters[key];
    return typeof value === 'string' ? [{ kind, name: value }] : [];
  });
  // A policy that is attached does not change.
  const holders = named.filter(({ kind }) => kind !== 'policy');
  if (holders.length > 0) return holders;
  const { path = '/', policyName } = parameters;
  const created = iamArn(account, 'policy', String(path), String(policyName));
  if (name === 'CreatePolicy') return [{ kind: 'policy', name: created }];
  const caller = user ?? (actor === 'root' ? actor : null);
  return caller !== null && OWN.test(name) ? [{ kind: 'user', name: caller }] : named;
}

function targetOf({ name, parameters }: CloudTrailEvent): string | null {
  const { groupName, newUserName, newGroupName, policyArn, policyName } = parameters;
  const group = /ToGroup$|FromGroup$/.test(name) ? groupName : undefined;
  const target = newUserName ?? newGroupName ?? group ?? policyArn ?? policyName;
  return typeof target === 'string' ? target : null;
}

/** The findings with who caused them: the actor of the last change that can have, other than the last apply. */
export function attribute(
  findings: readonly DriftFinding[],
  changes: readonly IamChange[],
  applied: string | null,
): readonly DriftFinding[] {
  const lastChangeOf = lastChangeIn(changes, applied);
  return findings.map((finding) => {
    const last = lastChangeOf(finding);
    return last === undefined ? finding : { ...finding, lastChange: attributionOf(last) };
  });
}

function lastChangeIn(changes: readonly IamChange[], applied: string | null) {
  const manual = changes.filter((change) => !isOfApply(change, applied));
  return (finding: DriftFinding): IamChange | undefined =>
    isPending(finding) ? undefined : manual.find((change) => causes(finding, change, applied));
}

function attributionOf({ event: { actor, at, sourceIp, userAgent } }: IamChange): Attribution {
  return { actor, at, sourceIp, userAgent };
}

/** What a finding is about; null if no event shows it. */
export function entityOf(finding: DriftFinding): Entity | null {
  return (ruleOf(finding).entity ?? subjectOf)(finding.data);
}

/** Whether a change can have caused a finding. */
function causes(finding: DriftFinding, { event, entities, target }: IamChange, applied: string | null): boolean {
  const about = entityOf(finding);
  const { calls, isWrittenByApply } = ruleOf(finding);
  if (about === null || calls?.test(event.name) === false) return false;
  if (isWrittenByApply && applied !== null && Date.parse(event.at) > Date.parse(applied)) return false;
  const own = keyOf(about.kind, about.name);
  const other = objectOf(finding.data);
  return (
    entities.some(({ kind, name }) => keyOf(kind, name) === own) &&
    (other === null || target?.toLowerCase() === other.toLowerCase())
  );
}

/** IAM ignores the case of names. */
function keyOf(kind: Entity['kind'], name: string): string {
  return `${kind} ${name.toLowerCase()}`;
}

/** Terraform's calls in the hour before the last apply ended are that apply, at a terminal. */
function isOfApply({ event: { at, userAgent } }: IamChange, applied: string | null): boolean {
  const before = applied === null ? HOUR_MS : Date.parse(applied) - Date.parse(at);
  // Two clocks can differ by a minute.
  return userAgent === 'terraform' && before >= -HOUR_MS / 60 && before < HOUR_MS;
}

/** Changes since then that are no finding's last one: of users and groups, and of the lab's policies and roles. */
export function changedBack(
  findings: readonly DriftFinding[],
  changes: readonly IamChange[],
  { team, since, applied }: { readonly team: Team; readonly since: Date; readonly applied: string | null },
): readonly ChangedBack[] {
  const shown = new Set(findings.map(lastChangeIn(changes, applied)));
  const byEntity = new Map<string, ChangedBack>();
  for (const change of changes) {
    const { event, entities, target } = change;
    const [entity] = entities;
    if (entity === undefined || Date.parse(event.at) < since.getTime()) continue;
    if (!entities.some((each) => concernsLab(each, team)) || isOfApply(change, applied)) continue;
    if (shown.has(change)) continue;
    const key = keyOf(entity.kind, entity.name);
    const known = byEntity.get(key);
    const one = { event: event.name, target, ...attributionOf(change) };
    byEntity.set(key, { entity, changes: known === undefined ? [one] : [...known.changes, one] });
  }
  return [...byEntity.values()];
}

/** Whether a change since then is about a member's user, or a group or policy of the lab: their roles may be others by now. */
export function changesAccessOf(
  { lab }: Pick<AccessTeam, 'lab'>,
  key: string,
  changes: readonly IamChange[],
  since: Date,
): boolean {
  const isAbout = ({ kind, name }: Entity) =>
    keyOf(kind, name) === keyOf('user', iamName(lab, key)) ||
    (kind === 'group' && keyOfIamName(lab, name.toLowerCase()) !== null) ||
    (kind === 'policy' && name.includes(`:policy${labPath(lab)}`));
  return changes.some(({ event, entities }) => Date.parse(event.at) > since.getTime() && entities.some(isAbout));
}

function concernsLab({ kind, name }: Entity, team: Team): boolean {
  if (kind === 'policy') return isPolicyOf(team, name);
  return kind !== 'role' || WORKFLOW_ROLES.some((role) => name === iamName(team.lab, role));
}
