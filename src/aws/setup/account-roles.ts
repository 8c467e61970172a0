import {
  DeleteRoleCommand,
  DeleteRolePolicyCommand,
  DetachRolePolicyCommand,
  type IAMClient,
} from '@aws-sdk/client-iam';
import type { AccountRole } from '../../access/account-role.ts';
import type { FailureArgs } from '../../diagnostics/failure.ts';
import { canonicalDocument, canonicalJson } from '../../iam/canonical.ts';
import { conditionsOf, type PolicyDocument, statementsOf, toList } from '../../iam/document.ts';
import { readTrustPolicy, type TrustPolicy } from '../../iam/resource-policy.ts';
import { iamName, ROLE_POLICY, WORKFLOW_ROLES, type WorkflowRole, workflowRolePath } from '../../team/names.ts';
import type { StatePlace, Team } from '../../team/team.ts';
import { type RepositoryFacts, TEAM_STATE } from './record.ts';
import { GITHUB_ISSUER, permissionsOf, trustOf } from './roles.ts';
import { missing, type Setting, type SetupPart, setting } from './setup-part.ts';

/** A role as this version wants it. */
export interface WantedRole {
  readonly key: WorkflowRole;
  readonly name: string;
  readonly path: string;
  readonly trust: TrustPolicy;
  readonly permissions: PolicyDocument;
}

export function wantedRoles(
  lab: Pick<Team, 'lab' | 'account'> & { readonly state: StatePlace },
  repository: RepositoryFacts,
): readonly WantedRole[] {
  return WORKFLOW_ROLES.map((key) => ({
    key,
    name: iamName(lab.lab, key),
    path: workflowRolePath(lab.lab),
    trust: trustOf(key, lab, repository),
    permissions: permissionsOf(key, lab),
  }));
}

/** Compares the roles of a lab with what this version wants. What else is under their path, an earlier one made. */
export function inspectRoles(
  { lab }: Pick<Team, 'lab'>,
  wanted: readonly WantedRole[],
  roles: readonly AccountRole[],
): readonly SetupPart[] {
  const names = new Set(wanted.map(({ name }) => name.toLowerCase()));
  return [
    ...wanted.map((role) => inspectRole(role, roles)),
    ...rolesOf(lab, roles)
      .filter(({ name }) => !names.has(name.toLowerCase()))
      .map(({ name }): SetupPart => ({ kind: 'role', name, settings: [{ id: 'exists', state: 'unwanted' }] })),
  ];
}

/** The roles under the path that bootstrap uses for a lab. */
export function rolesOf(lab: string, roles: readonly AccountRole[]): readonly AccountRole[] {
  return roles.filter(({ path }) => path === workflowRolePath(lab));
}

export async function deleteRole(iam: IAMClient, { name: RoleName, inline, attached }: AccountRole): Promise<void> {
  for (const { name: PolicyName } of inline) await iam.send(new DeleteRolePolicyCommand({ RoleName, PolicyName }));
  for (const PolicyArn of attached) await iam.send(new DetachRolePolicyCommand({ RoleName, PolicyArn }));
  await iam.send(new DeleteRoleCommand({ RoleName }));
}

/** Names are unique in an account, whatever their case. */
function named(name: string, roles: readonly AccountRole[]): AccountRole | undefined {
  return roles.find((role) => role.name.toLowerCase() === name.toLowerCase());
}

export type Served = Omit<FailureArgs['set-up-elsewhere'], 'lab' | 'here'>;

/** What the roles of a lab serve, if none of it is wanted. */
export function servedElsewhere(
  wanted: readonly { readonly name: string; readonly trust: unknown; readonly permissions: PolicyDocument | null }[],
  roles: readonly AccountRole[],
): Served | null {
  const pairs = wanted.flatMap(({ name, trust, permissions }) => {
    const found = named(name, roles);
    const documents = found?.inline.map(({ document }) => document) ?? [];
    return found === undefined ? [] : [[servedBy(found.trust, documents), servedBy(trust, [permissions])] as const];
  });
  const others = (kind: keyof Served) => [
    ...new Set(pairs.flatMap(([was, is]) => (was[kind].some((each) => is[kind].includes(each)) ? [] : was[kind]))),
  ];
  const [ids, states] = [others('ids'), others('states')];
  if (ids.length + states.length === 0) return null;
  return { ids, subjects: ids.length === 0 ? [] : others('subjects'), states };
}

function servedBy(trust: unknown, documents: readonly (PolicyDocument | null)[]): Served {
  const conditions = (readTrustPolicy(trust)?.Statement ?? []).flatMap((statement) => conditionsOf(statement));
  const claimsOf = (claim: string) =>
    conditions.flatMap(({ key, values }) => (key === `${GITHUB_ISSUER}:${claim}` ? values : []));
  const [before, after] = ['arn:aws:s3:::', `/${TEAM_STATE}`];
  const states = documents
    .flatMap((document) => (document === null ? [] : statementsOf(document)))
    .flatMap(({ Resource }) => toList(Resource))
    .filter((arn) => arn.startsWith(before) && arn.endsWith(after))
    .map((arn) => arn.slice(before.length, -after.length));
  return { ids: claimsOf('repository_id'), subjects: claimsOf('sub'), states };
}

/** Compares a role with what this version wants. */
function inspectRole({ name, path, trust, permissions }: WantedRole, roles: readonly AccountRole[]): SetupPart {
  const found = named(name, roles);
  if (found === undefined) return { kind: 'role', name, settings: missing('exists', 'trust', 'permissions') };
  const own = found.inline.find(({ name }) => name === ROLE_POLICY);
  const isSame =
    own !== undefined && own.document !== null && canonicalDocument(own.document) === canonicalDocument(permissions);
  const settings: readonly Setting[] = [
    setting('exists', true),
    setting('path', found.path === path),
    setting('trust', canonicalJson(found.trust) === canonicalJson(trust)),
    own === undefined ? { id: 'permissions', state: 'missing' } : setting('permissions', isSame),
    setting('boundary', found.boundary === null),
    setting('other-policies', found.attached.length === 0 && found.inline.every((each) => each === own)),
  ];
  return { kind: 'role', name, settings };
}
