import {
  AttachUserPolicyCommand,
  DeleteGroupPolicyCommand,
  DeleteUserPolicyCommand,
  DetachUserPolicyCommand,
  PutGroupPolicyCommand,
  PutUserPolicyCommand,
  paginateListAttachedUserPolicies,
  paginateListGroupPolicies,
  paginateListUserPolicies,
} from '@aws-sdk/client-iam';
import { collect, doing, ifPresent } from '../aws-calls.ts';
import type { ResourceType } from '../resource-type.ts';
import type { Caller } from '../session.ts';
import { nothing } from '../validation.ts';
import { type Attributes, textOf, textsOf } from '../value.ts';
import { attachToGroup, detachFromGroup, policiesOfGroup } from './groups.ts';

/** What a guard watches: one list of names or ARNs on a user or group. */
interface Guarded {
  /** As error messages name it. */
  readonly title: string;
  readonly holder: 'user_name' | 'group_name';
  readonly list: 'policy_names' | 'policy_arns';
  have(caller: Caller, holder: string): Promise<readonly string[]>;
  add(caller: Caller, holder: string, item: string): Promise<void>;
  take(caller: Caller, holder: string, item: string): Promise<void>;
}

/** aws_iam_user_policies_exclusive */
export const USER_POLICIES_EXCLUSIVE = guard({
  title: 'User Policies Exclusive',
  holder: 'user_name',
  list: 'policy_names',
  have: (caller, UserName) =>
    collect(paginateListUserPolicies({ client: caller.iam }, { UserName }, caller.options), (page) => page.PolicyNames),
  // Without a document, as the real provider: IAM refuses it, which is why our stacks make the guard depend on the
  // policy that it expects.
  async add(caller, UserName, PolicyName) {
    await caller.iam.send(
      new PutUserPolicyCommand({ UserName, PolicyName, PolicyDocument: undefined }),
      caller.options,
    );
  },
  async take(caller, UserName, PolicyName) {
    await ifPresent(() => caller.iam.send(new DeleteUserPolicyCommand({ UserName, PolicyName }), caller.options));
  },
});

/** aws_iam_group_policies_exclusive */
export const GROUP_POLICIES_EXCLUSIVE = guard({
  title: 'Group Policies Exclusive',
  holder: 'group_name',
  list: 'policy_names',
  have: (caller, GroupName) =>
    collect(
      paginateListGroupPolicies({ client: caller.iam }, { GroupName }, caller.options),
      (page) => page.PolicyNames,
    ),
  async add(caller, GroupName, PolicyName) {
    const command = new PutGroupPolicyCommand({ GroupName, PolicyName, PolicyDocument: undefined });
    await caller.iam.send(command, caller.options);
  },
  async take(caller, GroupName, PolicyName) {
    await ifPresent(() => caller.iam.send(new DeleteGroupPolicyCommand({ GroupName, PolicyName }), caller.options));
  },
});

/** aws_iam_user_policy_attachments_exclusive */
export const USER_POLICY_ATTACHMENTS_EXCLUSIVE = guard({
  title: 'User Policy Attachments Exclusive',
  holder: 'user_name',
  list: 'policy_arns',
  async have(caller, UserName) {
    const pages = paginateListAttachedUserPolicies({ client: caller.iam }, { UserName }, caller.options);
    const policies = await collect(pages, (page) => page.AttachedPolicies);
    return policies.map((policy) => policy.PolicyArn ?? '');
  },
  async add(caller, UserName, PolicyArn) {
    await caller.iam.send(new AttachUserPolicyCommand({ UserName, PolicyArn }), caller.options);
  },
  async take(caller, UserName, PolicyArn) {
    await ifPresent(() => caller.iam.send(new DetachUserPolicyCommand({ UserName, PolicyArn }), caller.options));
  },
});

/** aws_iam_group_policy_attachments_exclusive */
export const GROUP_POLICY_ATTACHMENTS_EXCLUSIVE = guard({
  title: 'Group Policy Attachments Exclusive',
  holder: 'group_name',
  list: 'policy_arns',
  have: policiesOfGroup,
  add: attachToGroup,
  take: detachFromGroup,
});

/** A guard: it makes a list exactly what is configured, shows what else stands there, and leaves it when destroyed. */
function guard(guarded: Guarded): ResourceType {
  const { title, holder, list } = guarded;
  const at = (attributes: Attributes) => textOf(attributes, holder);

  async function put(caller: Caller, planned: Attributes, action: string): Promise<Attributes> {
    await doing(`${action} IAM ${title} ("${at(planned)}")`, async () => {
      const have = await guarded.have(caller, at(planned));
      const want = textsOf(planned, list);
      for (const item of want.filter((one) => !have.includes(one))) await guarded.add(caller, at(planned), item);
      for (const item of have.filter((one) => !want.includes(one))) await guarded.take(caller, at(planned), item);
    });
    return planned;
  }

  return {
    schema: {
      attributes: {
        [holder]: { type: 'string', required: true },
        [list]: { type: ['set', 'string'], required: true },
      },
    },
    legacy: false,
    defaults: {},
    replacedBy: [holder],
    json: {},
    validate: nothing,
    recomputed: {},
    create: (caller, planned) => put(caller, planned, 'creating'),
    async read(caller, state) {
      const have = await doing(`reading IAM ${title} ("${at(state)}")`, () =>
        ifPresent(() => guarded.have(caller, at(state))),
      );
      return have === undefined ? null : { ...state, [list]: have };
    },
    update: (caller, _prior, planned) => put(caller, planned, 'updating'),
    async remove() {},
    importState: (id) => ({ state: { [holder]: id } }),
  };
}
