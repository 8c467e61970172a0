import { QUOTAS } from '../../iam/quotas.ts';
import { type Account, link, unlink } from './account.ts';
import { type AwsError, isAwsError, limitExceeded, noSuchEntity } from './aws-error.ts';
import { namedGroup, namedUser, policyOf } from './lookup.ts';
import { page } from './paging.ts';
import { type Params, requiredText, text } from './params.ts';
import type { Reply, Run } from './reply.ts';

interface Holder {
  readonly id: string;
  readonly name: string;
  attached: string[];
}

type Named = (account: Account, params: Params) => Holder | AwsError;

function attach(named: Named, quota: string, limit: number): Run {
  return (account, params) => {
    const holder = named(account, params);
    if (isAwsError(holder)) return holder;
    const arn = requiredText(params, 'PolicyArn');
    if (isAwsError(arn)) return arn;
    if (policyOf(account, arn) === null) return noSuchEntity(`Policy ${arn} does not exist or is not attachable.`);
    if (holder.attached.includes(arn)) return {};
    if (holder.attached.length >= limit) {
      return limitExceeded(`Cannot exceed quota for ${quota}: ${limit}`);
    }
    holder.attached.push(arn);
    link(account.attachments, arn, holder.id);
    return {};
  };
}

function detach(named: Named): Run {
  return (account, params) => {
    const holder = named(account, params);
    if (isAwsError(holder)) return holder;
    const arn = requiredText(params, 'PolicyArn');
    if (isAwsError(arn)) return arn;
    if (!holder.attached.includes(arn)) return noSuchEntity(`Policy ${arn} was not found.`);
    holder.attached = holder.attached.filter((other) => other !== arn);
    unlink(account.attachments, arn, holder.id);
    return {};
  };
}

function listAttached(named: Named): Run {
  return (account, params) => {
    const holder = named(account, params);
    if (isAwsError(holder)) return holder;
    const prefix = text(params, 'PathPrefix') ?? '/';
    const found = holder.attached.filter((arn) => (policyOf(account, arn)?.path ?? '/').startsWith(prefix));
    const arns = page(found, (arn) => arn, params);
    if (isAwsError(arns)) return arns;
    return { AttachedPolicies: arns.items.map((arn) => attachedReply(account, arn)), ...arns.rest };
  };
}

export function attachedReply(account: Account, arn: string): Reply {
  return { PolicyName: policyOf(account, arn)?.name ?? arn.slice(arn.lastIndexOf('/') + 1), PolicyArn: arn };
}

export const attachUserPolicy = attach(namedUser, 'PoliciesPerUser', QUOTAS.attachedPoliciesPerUser);
export const detachUserPolicy = detach(namedUser);
export const listAttachedUserPolicies = listAttached(namedUser);
export const attachGroupPolicy = attach(namedGroup, 'PoliciesPerGroup', QUOTAS.attachedPoliciesPerGroup);
export const detachGroupPolicy = detach(namedGroup);
export const listAttachedGroupPolicies = listAttached(namedGroup);

export const listEntitiesForPolicy: Run = (account, params) => {
  const arn = requiredText(params, 'PolicyArn');
  if (isAwsError(arn)) return arn;
  if (policyOf(account, arn) === null) return noSuchEntity(`Policy ${arn} was not found.`);
  const filter = text(params, 'EntityFilter');
  const prefix = text(params, 'PathPrefix') ?? '/';
  const asBoundary = text(params, 'PolicyUsageFilter') === 'PermissionsBoundary';
  const ids = (asBoundary ? account.bounded : account.attachments).get(arn) ?? new Set<string>();
  const found = Array.from(ids, (id) => entityOf(account, id)).filter(
    (entity) => entity?.path.startsWith(prefix) && (filter === null || filter === entity.kind),
  );
  const entities = page(
    found.filter((entity) => entity !== null),
    (entity) => `${entity.kind} ${entity.name.toLowerCase()}`,
    params,
  );
  if (isAwsError(entities)) return entities;
  return {
    PolicyGroups: entities.items
      .filter((entity) => entity.kind === 'Group')
      .map((entity) => ({ GroupName: entity.name, GroupId: entity.id })),
    PolicyUsers: entities.items
      .filter((entity) => entity.kind === 'User')
      .map((entity) => ({ UserName: entity.name, UserId: entity.id })),
    PolicyRoles: [],
    ...entities.rest,
  };
};

interface Entity {
  readonly kind: 'User' | 'Group';
  readonly id: string;
  readonly name: string;
  readonly path: string;
}

function entityOf(account: Account, id: string): Entity | null {
  const user = account.state.users[id];
  if (user !== undefined) return { kind: 'User', id, name: user.name, path: user.path };
  const group = account.state.groups[id];
  return group === undefined ? null : { kind: 'Group', id, name: group.name, path: group.path };
}
