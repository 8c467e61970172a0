import type { AccessModel } from '../../access/model.ts';
import type { PolicyDocument } from '../../iam/document.ts';

const NOTHING: PolicyDocument = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Deny', Action: '*', Resource: '*' }],
};

/** Whether there is a policy in it whose document nobody knows, as a plan knows only names of what was made by hand. */
export function hasUnknownPolicies({ users, groups, policies }: AccessModel): boolean {
  return (
    policies.some(({ document }) => document === null) ||
    [...users, ...groups].some(({ inline }) => inline.some(({ document }) => document === null))
  );
}

/** The same access, should each of those policies deny everything. */
export function denyingUnknown(model: AccessModel): AccessModel {
  const known = <T extends { readonly document: PolicyDocument | null }>(policy: T): T =>
    policy.document === null ? { ...policy, document: NOTHING } : policy;
  const holder = <T extends AccessModel['users'][number] | AccessModel['groups'][number]>(one: T): T => ({
    ...one,
    inline: one.inline.map(known),
  });
  return {
    ...model,
    users: model.users.map(holder),
    groups: model.groups.map(holder),
    policies: model.policies.map(known),
  };
}
