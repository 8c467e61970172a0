import { randomUUID } from 'node:crypto';
import { managedPolicyArn } from '../src/catalog/managed-policies.ts';
import type { AccountState, GroupRecord, UserRecord } from '../src/emulator/account/state.ts';
import { iamName, LIMITS_POLICY, memberTags, rolePolicyArn } from '../src/team/names.ts';
import type { Member, Role, Team } from '../src/team/team.ts';
import { attachmentAddress, limitsAddress, memberAddress, roleAddress } from '../src/terraform/addresses.ts';
import type { Engine } from '../src/terraform/run/engine.ts';

type Attributes = Readonly<Record<string, unknown>>;
type Resource = readonly [type: string, name: string, attributes: Attributes];

/**
 * The state that applying a team would leave behind, for an account that holds it already: an engine takes many minutes
 * to apply thousands of members. A plan of it is empty, which its user must check.
 */
export function declaredState(team: Team, account: AccountState, engine: Engine): string {
  const users = new Map(Object.values(account.users).map((user) => [user.name, user]));
  const groups = new Map(Object.values(account.groups).map((group) => [group.name, group]));
  const resources = [
    ...team.roles.flatMap((role) => roleResources(role, team, account, groups.get(iamName(team.lab, role.key)))),
    ...team.members.flatMap((member) => memberResources(member, team, users.get(iamName(team.lab, member.key)))),
  ];
  const host = engine.flavour === 'terraform' ? 'registry.terraform.io' : 'registry.opentofu.org';
  return JSON.stringify({
    version: 4,
    terraform_version: engine.version,
    serial: 1,
    lineage: randomUUID(),
    outputs: {},
    resources: resources.map(([type, name, attributes]) => ({
      mode: 'managed',
      type,
      name,
      provider: `provider["${host}/hashicorp/aws"]`,
      instances: [{ schema_version: 0, attributes, sensitive_attributes: [] }],
    })),
    check_results: null,
  });
}

function memberResources(member: Member, team: Team, user: UserRecord | undefined): readonly Resource[] {
  if (user === undefined) return [];
  const { name, path } = user;
  const address = memberAddress(member.key);
  const tags = memberTags(team.lab, member.key);
  const limits = user.inline.find((policy) => policy.name === LIMITS_POLICY);
  return [
    [
      'aws_iam_user',
      address,
      {
        arn: `arn:aws:iam::${team.account}:user${path}${name}`,
        force_destroy: true,
        id: name,
        name,
        path,
        permissions_boundary: user.boundary,
        tags,
        tags_all: tags,
        unique_id: user.id,
      },
    ],
    ['aws_iam_user_policies_exclusive', address, { policy_names: user.inline.map((one) => one.name), user_name: name }],
    ['aws_iam_user_policy_attachments_exclusive', address, { policy_arns: [], user_name: name }],
    ...(limits === undefined
      ? []
      : [
          [
            'aws_iam_user_policy',
            limitsAddress(member.key),
            {
              id: `${name}:${LIMITS_POLICY}`,
              name: LIMITS_POLICY,
              name_prefix: '',
              policy: limits.document,
              user: name,
            },
          ] as const,
        ]),
  ];
}

function roleResources(
  role: Role,
  team: Team,
  account: AccountState,
  group: GroupRecord | undefined,
): readonly Resource[] {
  if (group === undefined) return [];
  const { name, path } = group;
  const address = roleAddress(role.key);
  const policy = account.policies[rolePolicyArn(team, role.key)];
  const attachments: readonly (readonly [policy: string, arn: string])[] = [
    ...(policy === undefined ? [] : [['own', policy.arn] as const]),
    ...role.managed.map((managed) => [managed, managedPolicyArn(managed)] as const),
  ];
  const members = Object.values(account.users).filter(({ groups }) => groups.includes(group.id));
  return [
    [
      'aws_iam_group',
      address,
      { arn: `arn:aws:iam::${team.account}:group${path}${name}`, id: name, name, path, unique_id: group.id },
    ],
    [
      'aws_iam_group_membership',
      address,
      { group: name, id: name, name, users: members.map((user) => user.name).sort() },
    ],
    ['aws_iam_group_policies_exclusive', address, { group_name: name, policy_names: [] }],
    ['aws_iam_group_policy_attachments_exclusive', address, { group_name: name, policy_arns: [...group.attached] }],
    ...attachments.map(
      ([attached, arn], index) =>
        [
          'aws_iam_group_policy_attachment',
          attachmentAddress(role.key, attached),
          { group: name, id: `${name}-2026110109000000000000000${index}`, policy_arn: arn },
        ] as const,
    ),
    ...(policy === undefined
      ? []
      : [
          [
            'aws_iam_policy',
            address,
            {
              arn: policy.arn,
              attachment_count: 1,
              description: '',
              id: policy.arn,
              name: policy.name,
              name_prefix: '',
              path: policy.path,
              policy: policy.versions[0]?.document,
              policy_id: policy.id,
              tags: null,
              tags_all: {},
            },
          ] as const,
        ]),
  ];
}
