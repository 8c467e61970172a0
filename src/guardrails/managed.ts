import { isManagedPolicyName } from '../catalog/managed-policies.ts';
import { BOUNDARY_PATH, keyOfIamName, labPath } from '../team/names.ts';
import type { Team } from '../team/team.ts';
import { memberKeyOfAddress } from '../terraform/addresses.ts';
import type { ResourceChange, Values } from '../terraform/plan/plan-read.ts';

export type Stack = 'team' | 'bootstrap';

/** Where a stack may create, change and delete: its IAM path and its names. */
export interface Managed {
  readonly path: string;
  hasName(name: string): boolean;
}

export function managedBy(stack: Stack, lab: string): Managed {
  // The boundary stands outside the lab's path on purpose, under the lab's own name.
  return stack === 'team'
    ? { path: labPath(lab), hasName: (name) => keyOfIamName(lab, name) !== null }
    : { path: BOUNDARY_PATH, hasName: (name) => name === lab };
}

/** What of a change lies outside, in IAM's words (`path /`, `group Admins`); null where all of it is inside. */
export function outside(values: Values, type: string, managed: Managed, account: string): string | null {
  if (type === 'aws_iam_user' || type === 'aws_iam_group' || type === 'aws_iam_policy') {
    if (values.path !== managed.path) return `path ${String(values.path ?? '/')}`;
    return named(type.slice('aws_iam_'.length), values.name, managed);
  }
  const holder =
    named('group', values.group ?? values.group_name, managed) ??
    named('user', values.user ?? values.user_name, managed);
  if (holder !== null) return holder;
  const arns = [values.policy_arn, ...(Array.isArray(values.policy_arns) ? values.policy_arns : [])];
  const foreign = arns.find(
    (arn) => arn !== undefined && arn !== null && !isOursOrMturk(String(arn), managed, account),
  );
  return foreign === undefined ? null : `policy ${String(foreign)}`;
}

function named(kind: string, name: unknown, managed: Managed): string | null {
  if (name === undefined || name === null) return null;
  return typeof name === 'string' && managed.hasName(name) ? null : `${kind} ${String(name)}`;
}

function isOursOrMturk(arn: string, managed: Managed, account: string): boolean {
  if (arn.startsWith(`arn:aws:iam::${account}:policy${managed.path}`)) return true;
  const aws = 'arn:aws:iam::aws:policy/';
  return arn.startsWith(aws) && isManagedPolicyName(arn.slice(aws.length));
}

/** The member whose user a change is about: by its address, else by the name in IAM. */
export function memberOf(change: ResourceChange, team: Pick<Team, 'lab'>): string {
  const name = userName(change);
  return memberKeyOfAddress(change.address) ?? keyOfIamName(team.lab, name) ?? name;
}

/** The name in IAM, as it is now where there is one. */
export function userName({ change }: ResourceChange): string {
  return String(change.before?.name ?? change.after?.name ?? '');
}
