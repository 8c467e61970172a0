import {
  AttachGroupPolicyCommand,
  DetachGroupPolicyCommand,
  paginateListAttachedGroupPolicies,
} from '@aws-sdk/client-iam';
import { collect, doing } from '../aws-calls.ts';
import type { ResourceType } from '../resource-type.ts';
import type { Caller } from '../session.ts';
import { uniqueId } from '../unique-id.ts';
import { arn } from '../validation.ts';
import { textOf } from '../value.ts';
import { despiteConcurrency, ifPresent } from '../waiting.ts';

/** aws_iam_group_policy_attachment: one policy on one group; others on the same group are not its business. */
export const GROUP_POLICY_ATTACHMENT: ResourceType = {
  schema: {
    attributes: {
      group: { type: 'string', required: true },
      id: { type: 'string', optional: true, computed: true },
      policy_arn: { type: 'string', required: true },
    },
  },
  legacy: true,
  defaults: {},
  replacedBy: ['group', 'policy_arn'],
  json: {},
  validate: arn('policy_arn'),
  recomputed: {},

  async create(caller, planned, keep) {
    const [group, policy] = [textOf(planned, 'group'), textOf(planned, 'policy_arn')];
    await attachToGroup(caller, group, policy);
    const created = { ...planned, id: uniqueId(`${group}-`) };
    keep(created);
    await doing(`reading IAM Group Policy Attachment (${group}:${policy})`, () => policiesOfGroup(caller, group));
    return created;
  },

  async read(caller, state) {
    const [group, policy] = [textOf(state, 'group'), textOf(state, 'policy_arn')];
    const attached = await doing(`reading IAM Group Policy Attachment (${group}:${policy})`, () =>
      ifPresent(() => policiesOfGroup(caller, group)),
    );
    return attached?.includes(policy) ? state : null;
  },

  update: null,

  remove: (caller, state) => detachFromGroup(caller, textOf(state, 'group'), textOf(state, 'policy_arn')),

  importState(id) {
    const slash = id.indexOf('/');
    const [group, policy] = [id.slice(0, slash), id.slice(slash + 1)];
    if (slash < 1 || policy === '') {
      return { state: null, problem: `unexpected format of ID ("${id}"), expected <group-name>/<policy_arn>` };
    }
    return { state: { id: `${group}-${policy}`, group, policy_arn: policy } };
  },
};

export async function attachToGroup(caller: Caller, group: string, policy: string): Promise<void> {
  const command = new AttachGroupPolicyCommand({ GroupName: group, PolicyArn: policy });
  await doing(`attaching IAM Policy (${policy}) to IAM Group (${group})`, () =>
    despiteConcurrency(() => caller.iam.send(command, caller.options)),
  );
}

export async function detachFromGroup(caller: Caller, group: string, policy: string): Promise<void> {
  const command = new DetachGroupPolicyCommand({ GroupName: group, PolicyArn: policy });
  await doing(`detaching IAM Policy (${policy}) from IAM Group (${group})`, () =>
    ifPresent(() => despiteConcurrency(() => caller.iam.send(command, caller.options))),
  );
}

export async function policiesOfGroup(caller: Caller, group: string): Promise<readonly string[]> {
  const pages = paginateListAttachedGroupPolicies({ client: caller.iam }, { GroupName: group }, caller.options);
  const policies = await collect(pages, (page) => page.AttachedPolicies);
  return policies.map((policy) => policy.PolicyArn ?? '');
}
