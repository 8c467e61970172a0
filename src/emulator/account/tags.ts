import type { Account } from './account.ts';
import { type AwsError, isAwsError } from './aws-error.ts';
import { namedPolicy, namedUser } from './lookup.ts';
import { checkedTags, mergedTags } from './naming.ts';
import { page } from './paging.ts';
import { type Params, texts } from './params.ts';
import { customerPolicy } from './policy-versions.ts';
import type { Run } from './reply.ts';
import type { TagRecord } from './state.ts';
import { tagsReply } from './users.ts';

interface Tagged {
  tags: TagRecord[];
}

type Named = (account: Account, params: Params) => Tagged | AwsError;

function tag(named: Named): Run {
  return (account, params) => {
    const entity = named(account, params);
    if (isAwsError(entity)) return entity;
    const given = checkedTags(params);
    if (isAwsError(given)) return given;
    const tags = mergedTags(entity.tags, given);
    if (isAwsError(tags)) return tags;
    entity.tags = tags;
    return {};
  };
}

function untag(named: Named): Run {
  return (account, params) => {
    const entity = named(account, params);
    if (isAwsError(entity)) return entity;
    const gone = new Set(texts(params, 'TagKeys').map((key) => key.toLowerCase()));
    entity.tags = entity.tags.filter(({ key }) => !gone.has(key.toLowerCase()));
    return {};
  };
}

function listTags(named: Named): Run {
  return (account, params) => {
    const entity = named(account, params);
    if (isAwsError(entity)) return entity;
    const tags = page(entity.tags, ({ key }) => key.toLowerCase(), params);
    return isAwsError(tags) ? tags : { Tags: tagsReply(tags.items), ...tags.rest };
  };
}

export const tagUser = tag(namedUser);
export const untagUser = untag(namedUser);
export const listUserTags = listTags(namedUser);
export const tagPolicy = tag(customerPolicy);
export const untagPolicy = untag(customerPolicy);
export const listPolicyTags = listTags(namedPolicy);
