import {
  DeleteGroupCommand,
  DeleteGroupPolicyCommand,
  DetachGroupPolicyCommand,
  type IAMClient,
  RemoveUserFromGroupCommand,
} from '@aws-sdk/client-iam';
import type { AccessModel } from '../../access/model.ts';

/** Deletes groups with what an account has in them: IAM deletes none that has members or policies. */
export async function deleteGroups(
  iam: IAMClient,
  names: readonly string[],
  { users, groups }: AccessModel,
): Promise<void> {
  for (const { name: GroupName, attached, inline } of groups.filter(({ name }) => names.includes(name))) {
    for (const { name: UserName } of users.filter((user) => user.groups.includes(GroupName))) {
      await iam.send(new RemoveUserFromGroupCommand({ GroupName, UserName }));
    }
    for (const PolicyArn of attached) await iam.send(new DetachGroupPolicyCommand({ GroupName, PolicyArn }));
    for (const { name: PolicyName } of inline) await iam.send(new DeleteGroupPolicyCommand({ GroupName, PolicyName }));
    await iam.send(new DeleteGroupCommand({ GroupName }));
  }
}
