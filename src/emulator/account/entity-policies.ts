import { policySize, QUOTAS } from '../../iam/quotas.ts';
import { type Account, link, unlink } from './account.ts';
import { isAwsError, limitExceeded, noSuchEntity } from './aws-error.ts';
import { named, namedGroup, namedPolicy, namedRole, namedUser, namedWithin, policyOf } from './lookup.ts';
import { byName, operation, page, pageReply, type Reader, type Reply, type Run, underPath } from './operation.ts';
import { nameOf, required, text } from './params.ts';
import { encodedDocument, givenDocument } from './policy-document.ts';
import type { GroupRecord, InlineRecord, RoleRecord, UserRecord } from './state.ts';

/** Users, groups and roles: what has managed policies attached, and inline policies. */
interface Kind {
  readonly holder: Reader<UserRecord | GroupRecord | RoleRecord>;
  readonly word: 'user' | 'group' | 'role';
  readonly nameKey: 'UserName' | 'GroupName' | 'RoleName';
  readonly attachedQuota: string;
  readonly attachedLimit: number;
  /** Characters that all inline policies together may have, white space not counted. */
  readonly inlineLimit: number;
}

export const USER: Kind = {
  holder: namedUser,
  word: 'user',
  nameKey: 'UserName',
  attachedQuota: 'PoliciesPerUser',
  attachedLimit: QUOTAS.attachedPoliciesPerUser,
  inlineLimit: QUOTAS.inlinePoliciesSizePerUser,
};

export const GROUP: Kind = {
  holder: namedGroup,
  word: 'group',
  nameKey: 'GroupName',
  attachedQuota: 'PoliciesPerGroup',
  attachedLimit: QUOTAS.attachedPoliciesPerGroup,
  inlineLimit: QUOTAS.inlinePoliciesSizePerGroup,
};

export const ROLE: Kind = {
  holder: namedRole,
  word: 'role',
  nameKey: 'RoleName',
  attachedQuota: 'PoliciesPerRole',
  attachedLimit: QUOTAS.attachedPoliciesPerRole,
  inlineLimit: QUOTAS.inlinePoliciesSizePerRole,
};

const attachable = named('PolicyArn', policyOf, (arn) => `Policy ${arn} does not exist or is not attachable.`);

export function attach({ holder: read, attachedQuota, attachedLimit }: Kind): Run {
  return operation({ holder: read, policy: attachable }, ({ account, holder, policy: { arn } }) => {
    if (holder.attached.includes(arn)) return {};
    if (holder.attached.length >= attachedLimit)
      return limitExceeded(`Cannot exceed quota for ${attachedQuota}: ${attachedLimit}`);
    holder.attached.push(arn);
    link(account.attachments, arn, holder.id);
    return {};
  });
}

export function detach({ holder: read }: Kind): Run {
  return operation({ holder: read, arn: required('PolicyArn') }, ({ account, holder, arn }) => {
    if (!holder.attached.includes(arn)) return noSuchEntity(`Policy ${arn} was not found.`);
    holder.attached = holder.attached.filter((other) => other !== arn);
    unlink(account.attachments, arn, holder.id);
    return {};
  });
}

export function listAttached({ holder: read }: Kind): Run {
  return operation({ holder: read }, ({ account, params, holder }) => {
    const attached = holder.attached.map((arn) => ({ arn, path: policyOf(account, arn)?.path ?? '/' }));
    return pageReply(
      params,
      'AttachedPolicies',
      underPath(params, attached),
      ({ arn }) => arn,
      ({ arn }) => attachedReply(account, arn),
    );
  });
}

export function attachedReply(account: Account, arn: string): Reply {
  return { PolicyName: policyOf(account, arn)?.name ?? arn.slice(arn.lastIndexOf('/') + 1), PolicyArn: arn };
}

export const listEntitiesForPolicy = operation({ policy: namedPolicy }, ({ account, params, policy }) => {
  const filter = text(params, 'EntityFilter');
  const asBoundary = text(params, 'PolicyUsageFilter') === 'PermissionsBoundary';
  const ids = (asBoundary ? account.bounded : account.attachments).get(policy.arn) ?? new Set<string>();
  const { users, groups, roles } = account.state;
  const holders = Array.from(ids, (id) => users[id] ?? groups[id] ?? roles[id]).filter(
    (holder) => holder !== undefined,
  );
  const kindOf = ({ id }: { readonly id: string }) => (id in users ? 'User' : id in groups ? 'Group' : 'Role');
  const found = underPath(params, holders).filter((holder) => filter === null || filter === kindOf(holder));
  const entities = page(params, found, (holder) => `${kindOf(holder)} ${byName(holder)}`);
  if (isAwsError(entities)) return entities;
  const ofKind = (kind: ReturnType<typeof kindOf>) =>
    entities.items
      .filter((holder) => kindOf(holder) === kind)
      .map(({ id, name }) => ({ [`${kind}Name`]: name, [`${kind}Id`]: id }));
  return {
    PolicyGroups: ofKind('Group'),
    PolicyUsers: ofKind('User'),
    PolicyRoles: ofKind('Role'),
    ...entities.rest,
  };
});

export function putInline({ holder: read, word, inlineLimit }: Kind): Run {
  const readers = { holder: read, name: nameOf('PolicyName', QUOTAS.policyNameLength), document: givenDocument };
  return operation(readers, ({ holder, name, document }) => {
    const others = holder.inline.filter((policy) => byName(policy) !== name.toLowerCase());
    const inline = [...others, { name, document }];
    if (inline.reduce((sum, policy) => sum + policySize(policy.document), 0) > inlineLimit)
      return limitExceeded(`Maximum policy size of ${inlineLimit} bytes exceeded for ${word} ${holder.name}`);
    holder.inline = inline;
    return {};
  });
}

const inlineOf = ({ holder, word }: Kind) =>
  namedWithin(
    holder,
    'PolicyName',
    ({ inline }, name) => inline.find((policy) => byName(policy) === name.toLowerCase()),
    (_holder, name) => `The ${word} policy with name ${name} cannot be found.`,
  );

export function getInline(kind: Kind): Run {
  return operation({ found: inlineOf(kind) }, ({ found: [holder, policy] }) => ({
    [kind.nameKey]: holder.name,
    ...inlineReply(policy),
  }));
}

export function inlineReply({ name, document }: InlineRecord): Reply {
  return { PolicyName: name, PolicyDocument: encodedDocument(document) };
}

export function deleteInline(kind: Kind): Run {
  return operation({ found: inlineOf(kind) }, ({ found: [holder, policy] }) => {
    holder.inline = holder.inline.filter((other) => other !== policy);
    return {};
  });
}

export function listInline({ holder: read }: Kind): Run {
  return operation({ holder: read }, ({ params, holder }) =>
    pageReply(params, 'PolicyNames', holder.inline, byName, ({ name }) => name),
  );
}
