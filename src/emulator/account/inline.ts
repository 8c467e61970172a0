import { policySize, QUOTAS } from '../../iam/quotas.ts';
import type { Account } from './account.ts';
import { type AwsError, isAwsError, limitExceeded, noSuchEntity } from './aws-error.ts';
import { namedGroup, namedUser } from './lookup.ts';
import { checkedName } from './naming.ts';
import { page } from './paging.ts';
import { type Params, requiredText } from './params.ts';
import { checkedDocument, encodedDocument } from './policy-text.ts';
import type { Run } from './reply.ts';
import type { InlineRecord } from './state.ts';

interface Holder {
  readonly name: string;
  inline: InlineRecord[];
}

type Named = (account: Account, params: Params) => Holder | AwsError;

interface Kind {
  readonly named: Named;
  /** How IAM speaks of it: `user`, `group`. */
  readonly word: 'user' | 'group';
  /** Characters that all inline policies together may have, white space not counted. */
  readonly limit: number;
}

const USER: Kind = { named: namedUser, word: 'user', limit: QUOTAS.inlinePoliciesSizePerUser };
const GROUP: Kind = { named: namedGroup, word: 'group', limit: QUOTAS.inlinePoliciesSizePerGroup };

function put({ named, word, limit }: Kind): Run {
  return (account, params) => {
    const holder = named(account, params);
    if (isAwsError(holder)) return holder;
    const name = checkedName(params, 'PolicyName', QUOTAS.policyNameLength);
    if (isAwsError(name)) return name;
    const written = requiredText(params, 'PolicyDocument');
    if (isAwsError(written)) return written;
    const document = checkedDocument(written);
    if (isAwsError(document)) return document;
    const others = holder.inline.filter((policy) => !sameName(policy, name));
    const total = [...others.map((policy) => policy.document), document].reduce(
      (sum, text) => sum + policySize(text),
      0,
    );
    if (total > limit)
      return limitExceeded(`Maximum policy size of ${limit} bytes exceeded for ${word} ${holder.name}`);
    holder.inline = [...others, { name, document }];
    return {};
  };
}

function find({ named, word }: Kind, account: Account, params: Params): [Holder, InlineRecord] | AwsError {
  const holder = named(account, params);
  if (isAwsError(holder)) return holder;
  const name = requiredText(params, 'PolicyName');
  if (isAwsError(name)) return name;
  const policy = holder.inline.find((other) => sameName(other, name));
  if (policy === undefined) return noSuchEntity(`The ${word} policy with name ${name} cannot be found.`);
  return [holder, policy];
}

function get(kind: Kind): Run {
  return (account, params) => {
    const found = find(kind, account, params);
    if (isAwsError(found)) return found;
    const [holder, policy] = found;
    const holderKey = kind.word === 'user' ? 'UserName' : 'GroupName';
    return { [holderKey]: holder.name, PolicyName: policy.name, PolicyDocument: encodedDocument(policy.document) };
  };
}

function remove(kind: Kind): Run {
  return (account, params) => {
    const found = find(kind, account, params);
    if (isAwsError(found)) return found;
    const [holder, policy] = found;
    holder.inline = holder.inline.filter((other) => other !== policy);
    return {};
  };
}

function list({ named }: Kind): Run {
  return (account, params) => {
    const holder = named(account, params);
    if (isAwsError(holder)) return holder;
    const policies = page(holder.inline, (policy) => policy.name.toLowerCase(), params);
    if (isAwsError(policies)) return policies;
    return { PolicyNames: policies.items.map((policy) => policy.name), ...policies.rest };
  };
}

function sameName(policy: InlineRecord, name: string): boolean {
  return policy.name.toLowerCase() === name.toLowerCase();
}

export const putUserPolicy = put(USER);
export const getUserPolicy = get(USER);
export const deleteUserPolicy = remove(USER);
export const listUserPolicies = list(USER);
export const putGroupPolicy = put(GROUP);
export const getGroupPolicy = get(GROUP);
export const deleteGroupPolicy = remove(GROUP);
export const listGroupPolicies = list(GROUP);
