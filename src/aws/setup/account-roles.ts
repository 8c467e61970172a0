import {
  DeleteRoleCommand,
  DeleteRolePolicyCommand,
  DetachRolePolicyCommand,
  type IAMClient,
  paginateGetAccountAuthorizationDetails,
} from '@aws-sdk/client-iam';
import { canonicalDocument, canonicalJson } from '../../iam/canonical.ts';
import type { PolicyDocument } from '../../iam/document.ts';
import type { TrustPolicy } from '../../iam/resource-policy.ts';
import { iamName, ROLE_POLICY, WORKFLOW_ROLES, type WorkflowRole, workflowRolePath } from '../../team/names.ts';
import type { StatePlace, Team } from '../../team/team.ts';
import { documentOf } from '../inventory/authorization-details.ts';
import { missing, type Part, type Setting, setting } from './part.ts';
import type { RepositoryFacts } from './record.ts';
import { permissionsOf, trustOf } from './roles.ts';

/** A role of the account, as it is. */
export interface AccountRole {
  readonly name: string;
  readonly path: string;
  /** The trust policy as IAM has it; null if it is no JSON. */
  readonly trust: unknown;
  /** A document is null if it cannot be read as a policy. */
  readonly inline: readonly { readonly name: string; readonly document: PolicyDocument | null }[];
  /** ARNs. */
  readonly attached: readonly string[];
}

/** Every role of the account, whatever its path. Throws the SDK's errors. */
export async function readRoles(client: IAMClient): Promise<readonly AccountRole[]> {
  const roles: AccountRole[] = [];
  const pages = paginateGetAccountAuthorizationDetails({ client, pageSize: 1000 }, { Filter: ['Role'] });
  for await (const { RoleDetailList = [] } of pages) {
    for (const { RoleName = '', Path = '/', AssumeRolePolicyDocument, ...held } of RoleDetailList) {
      roles.push({
        name: RoleName,
        path: Path,
        trust: jsonOf(AssumeRolePolicyDocument),
        inline: (held.RolePolicyList ?? []).map(({ PolicyName = '', PolicyDocument: text }) => ({
          name: PolicyName,
          document: documentOf(text),
        })),
        attached: (held.AttachedManagedPolicies ?? []).flatMap(({ PolicyArn }) => PolicyArn ?? []),
      });
    }
  }
  return roles;
}

/** IAM hands documents out URL-encoded (RFC 3986). */
function jsonOf(encoded = ''): unknown {
  try {
    return JSON.parse(decodeURIComponent(encoded));
  } catch {
    return null;
  }
}

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

type RoleSettingId = 'exists' | 'path' | 'trust' | 'permissions' | 'other-policies';

/** Compares the roles of a lab with what this version wants. What else is under their path, an earlier one made. */
export function inspectRoles(
  { lab }: Pick<Team, 'lab'>,
  wanted: readonly WantedRole[],
  roles: readonly AccountRole[],
): readonly Part[] {
  const names = new Set(wanted.map(({ name }) => name.toLowerCase()));
  return [
    ...wanted.map((role) => inspectRole(role, roles)),
    ...rolesOf(lab, roles)
      .filter(({ name }) => !names.has(name.toLowerCase()))
      .map(({ name }): Part => ({ kind: 'role', name, settings: [{ id: 'exists', state: 'unwanted' }] })),
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

/** Compares a role with what this version wants. */
function inspectRole(wanted: WantedRole, roles: readonly AccountRole[]): Part<RoleSettingId> {
  const { name } = wanted;
  // Names are unique in an account, whatever their case.
  const found = roles.find((role) => role.name.toLowerCase() === name.toLowerCase());
  const settings = found === undefined ? missing('exists', 'trust', 'permissions') : settingsOf(wanted, found);
  return { kind: 'role', name, settings };
}

function settingsOf({ path, trust, permissions }: WantedRole, found: AccountRole): readonly Setting<RoleSettingId>[] {
  const own = found.inline.find(({ name }) => name === ROLE_POLICY);
  const isSame =
    own !== undefined && own.document !== null && canonicalDocument(own.document) === canonicalDocument(permissions);
  return [
    setting('exists', true),
    setting('path', found.path === path),
    setting('trust', canonicalJson(found.trust) === canonicalJson(trust)),
    own === undefined ? { id: 'permissions', state: 'missing' } : setting('permissions', isSame),
    setting('other-policies', found.attached.length === 0 && found.inline.every((each) => each === own)),
  ];
}
