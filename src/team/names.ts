import { iamArn } from '../iam/arn.ts';
import type { Team } from './team.ts';

type Lab = Pick<Team, 'lab' | 'account'>;

/** The IAM path that holds everything of a lab: `/mturk/<lab>/`. */
export function labPath(lab: string): string {
  return `/mturk/${lab}/`;
}

/** The lab whose things are under an IAM path, workflow roles included; null for other paths. */
export function labOfPath(path: string): string | null {
  return /^\/mturk(?:-roles)?\/([^/]+)\//.exec(path)?.[1] ?? null;
}

/** The other lab whose things are under an IAM path; null for this lab's paths and those of no lab. */
export function otherLabOf(path: string, lab: string): string | null {
  const found = labOfPath(path);
  return found === lab ? null : found;
}

/** The IAM name of a member's user or a role's group and policy. Names are unique in an account whatever the path. */
export function iamName(lab: string, key: string): string {
  return `${lab}-${key}`;
}

/** The key of a member or role in an IAM name of this lab; null for other names. */
export function keyOfIamName(lab: string, name: string): string | null {
  return name.startsWith(`${lab}-`) ? name.slice(lab.length + 1) : null;
}

/**
 * The member keys that the name of a user made by hand suggests, in lower case: without the lab's prefix, and of an address
 * the part before its host first. None if it has no letter or digit.
 */
export function keysOfUserName(name: string, lab: string): readonly string[] {
  const lowered = name.toLowerCase();
  const whole = (keyOfIamName(lab, lowered) ?? lowered).replace(/^[^a-z0-9]+/, '').replaceAll(',', '-');
  return [...new Set([whole.replace(/@.*$/, ''), whole])].filter((key) => key !== '');
}

export function rolePolicyArn(lab: Lab, roleKey: string): string {
  return iamArn(lab.account, 'policy', labPath(lab.lab), iamName(lab.lab, roleKey));
}

export const BOUNDARY_PATH = '/mturk-boundary/';

/** The permissions boundary is outside the managed path: a role that can change the path cannot change it. */
export function boundaryArn(lab: Lab): string {
  return iamArn(lab.account, 'policy', BOUNDARY_PATH, lab.lab);
}

/** Tags of every managed user. */
export function memberTags(lab: string, memberKey: string): Readonly<Record<string, string>> {
  return { 'mturk-team:lab': lab, 'mturk-team:member': memberKey };
}

/** The IAM roles that the workflows take, by what they do. */
export const WORKFLOW_ROLES = ['plan', 'scan', 'apply', 'keys'] as const;

export type WorkflowRole = (typeof WORKFLOW_ROLES)[number];

/** The IAM path of a lab's workflow roles: outside the path that the apply role may change. */
export function workflowRolePath(lab: string): string {
  return `/mturk-roles/${lab}/`;
}

/** `arn:aws:iam::123456789012:role/mturk-roles/perception-lab/perception-lab-plan` */
export function workflowRoleArn({ account, lab }: Lab, role: WorkflowRole): string {
  return iamArn(account, 'role', workflowRolePath(lab), iamName(lab, role));
}

/** The one branch that workflows act for: the called ones name it, too. */
export const MAIN_BRANCH = 'main';

/** The name of a workflow role's one inline policy. */
export const ROLE_POLICY = 'mturk-team';

/** The name of the inline policy that ends or suspends a member's access. */
export const LIMITS_POLICY = 'limits';
