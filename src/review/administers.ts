import { decideAction } from '../access/decide.ts';
import type { AccessModel, AccessUser } from '../access/model.ts';
import { policiesOf } from '../access/policies-of.ts';
import { iamArn } from '../iam/arn.ts';
import type { PolicyDocument } from '../iam/document.ts';
import { actionMatches, statementsOf } from '../iam/statement.ts';
import { iamName, labPath } from '../team/names.ts';

/** Calls each of which is a way to everything, by what they are made on. */
const WAYS: Readonly<Record<'user' | 'group' | 'policy' | 'somebody', readonly string[]>> = {
  user: ['iam:AttachUserPolicy', 'iam:PutUserPolicy'],
  group: ['iam:AttachGroupPolicy', 'iam:PutGroupPolicy', 'iam:AddUserToGroup'],
  policy: ['iam:CreatePolicyVersion'],
  // Her own keys are everybody's to make; a key of somebody else is that person.
  somebody: ['iam:CreateAccessKey', 'iam:CreateLoginProfile', 'iam:UpdateLoginProfile'],
};

const ALL_WAYS = Object.values(WAYS).flat();

/**
 * Whether a user may give herself or the lab's members anything: attach or write a policy, put somebody into a group, or
 * make a key of somebody else. Asked of her own user, groups and policies and of those of the lab.
 */
export function administers(model: AccessModel, user: AccessUser, lab: string, at: Date): boolean {
  const { identity } = policiesOf(model, user);
  if (!identity.some(({ document }) => opensAWay(document))) return false;
  const { account } = model;
  const labs = (kind: 'user' | 'group' | 'policy') => iamArn(account, kind, labPath(lab), iamName(lab, 'x'));
  const resources: Readonly<Record<keyof typeof WAYS, readonly string[]>> = {
    user: [iamArn(account, 'user', user.path, user.name), labs('user')],
    group: [labs('group'), ...user.groups.map((name) => groupArn(model, name))],
    policy: [labs('policy'), ...identity.flatMap(({ policy }) => (policy.includes(`:${account}:`) ? [policy] : []))],
    somebody: [labs('user')],
  };
  return (Object.keys(WAYS) as (keyof typeof WAYS)[]).some((kind) =>
    WAYS[kind].some((action) =>
      resources[kind].some(
        (resource) => decideAction(model, user.name, { action, resource, at }).outcome === 'allowed',
      ),
    ),
  );
}

function groupArn({ account, groups }: AccessModel, name: string): string {
  return iamArn(account, 'group', groups.find((group) => group.name === name)?.path ?? '/', name);
}

/** By document: most users of an account have one of a few. */
const opening = new WeakMap<PolicyDocument, boolean>();

function opensAWay(document: PolicyDocument): boolean {
  let opens = opening.get(document);
  if (opens === undefined) {
    opens = statementsOf(document).some(
      (statement) => statement.Effect === 'Allow' && ALL_WAYS.some((action) => actionMatches(statement, action)),
    );
    opening.set(document, opens);
  }
  return opens;
}
