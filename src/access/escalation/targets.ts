import { iamArn, isAwsPolicy } from '../../iam/arn.ts';
import { iamName, labPath, workflowRolePath } from '../../team/names.ts';
import type { StatePlace } from '../../team/team.ts';
import type { AccountRole } from '../account-role.ts';
import type { AccessModel } from '../model.ts';
import { userArn } from '../request-context.ts';
import type { Principal } from './principal.ts';
import { denyingGroups, groupArn } from './principals-of.ts';

/** One step by which a principal gains more access than its policies say. */
export interface EscalationStep {
  /** Of the account, or of the lab alone: its users, roles, policies, state. With `none` it only gains operations. */
  readonly control: 'account' | 'lab' | 'none';
  readonly actions: readonly string[];
  readonly on: { readonly kind: 'user' | 'group' | 'role' | 'policy' | 'object' | 'bucket'; readonly name: string };
  /** What the principal does next, as that user, group or role; null if nothing is missing. */
  readonly next: EscalationStep | null;
}

export type End = Pick<EscalationStep, 'control' | 'next'>;
export type Ends = ReadonlyMap<string, End>;

/** What escalation is judged by. All keys are ARNs. */
export interface EscalationTargets {
  readonly lab: Readonly<Record<'user' | 'group' | 'denyingGroup' | 'policy' | 'role' | 'object' | 'bucket', Ends>>;
  /** Users, groups and roles outside the lab, as which one controls the account or the lab. */
  readonly others: Readonly<Record<'user' | 'group' | 'role', Ends>>;
  readonly roles: readonly AccountRole[];
  readonly actors: Actors;
}

/** Users, groups and roles outside the lab, as which one can act. */
export interface Actors {
  readonly all: readonly Principal[];
  readonly roles: readonly AccountRole[];
}

const OF_THE_LAB: End = { control: 'lab', next: null };
export const OF_THE_ACCOUNT: End = { control: 'account', next: null };
export const NONE: Ends = new Map();

/** What an apply goes by, beside the state; bootstrap trusts the repository that the last of them names. */
const OBJECTS = ['team.tfstate', 'bootstrap.tfstate', 'apply-record.json', 'bootstrap.json'];

/** The lab's own users, groups and policies in some models, one of each to come, and, if it has workflows, their roles and its state. */
export function escalationTargets(
  lab: string,
  models: readonly AccessModel[],
  more: { readonly roles: readonly AccountRole[]; readonly state: Pick<StatePlace, 'bucket' | 'key'> | null } = {
    roles: [],
    state: null,
  },
): EscalationTargets {
  const ends = (arns: readonly string[]): Ends => new Map(arns.map((arn) => [arn, OF_THE_LAB]));
  const of = (kind: 'user' | 'group' | 'policy', arnsIn: (model: AccessModel) => readonly string[]) =>
    ends(models.flatMap((model) => [...arnsIn(model), iamArn(model.account, kind, labPath(lab), iamName(lab, 'x'))]));
  const bucket = more.state === null ? [] : [`arn:aws:s3:::${more.state.bucket}`];
  return {
    lab: {
      user: of('user', (model) => model.users.map((user) => userArn(model, user))),
      group: of('group', (model) => model.groups.map(({ name }) => groupArn(model, name))),
      denyingGroup: ends(models.flatMap((model) => denyingGroups(model))),
      policy: of('policy', ({ policies }) => policies.map(({ arn }) => arn).filter((arn) => !isAwsPolicy(arn))),
      role: ends(more.roles.flatMap(({ arn, path }) => (more.state && path === workflowRolePath(lab) ? [arn] : []))),
      object: ends(bucket.flatMap((arn) => OBJECTS.map((name) => `${arn}/${more.state?.key}/${name}`))),
      bucket: ends(bucket),
    },
    others: { user: NONE, group: NONE, role: NONE },
    roles: more.roles,
    actors: { all: [], roles: [] },
  };
}
