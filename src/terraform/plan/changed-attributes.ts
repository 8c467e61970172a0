import { canonicalDocument } from '../../iam/canonical.ts';
import { parsePolicyDocument } from '../../iam/document-check.ts';
import type { ResourceChange, Values } from './plan-read.ts';

/**
 * What the provider computes and our configuration never sets. It differs from run to run by itself: after every
 * creation a policy has `attachment_count` 0 -> 1 and `tags_all` null -> {}.
 */
const COMPUTED = ['arn', 'id', 'unique_id', 'policy_id', 'attachment_count', 'name_prefix', 'tags_all', 'create_date'];

/** The attributes that an AccessModel is made of, by resource type: all that our configuration manages, and no more. */
const OF_ACCESS: Readonly<Record<string, readonly string[]>> = {
  aws_iam_user: ['name', 'path', 'permissions_boundary', 'tags'],
  aws_iam_user_policy: ['name', 'user', 'policy'],
  aws_iam_user_policies_exclusive: ['user_name', 'policy_names'],
  aws_iam_user_policy_attachments_exclusive: ['user_name', 'policy_arns'],
  aws_iam_group: ['name', 'path'],
  aws_iam_group_membership: ['group', 'name', 'users'],
  aws_iam_group_policy_attachment: ['group', 'policy_arn'],
  aws_iam_group_policies_exclusive: ['group_name', 'policy_names'],
  aws_iam_group_policy_attachments_exclusive: ['group_name', 'policy_arns'],
  aws_iam_policy: ['name', 'path', 'policy'],
};

/** The resource types of our stacks: a plan that touches another one is not ours. */
export const MANAGED_TYPES: readonly string[] = Object.keys(OF_ACCESS);

export interface ChangedAttributes {
  /** Those that decide who may do what. */
  readonly ofAccess: readonly string[];
  /** The rest, what the provider computes left out. */
  readonly others: readonly string[];
}

/** The attributes in which the two sides of a change differ, a missing one being the same as an empty one. */
export function changedAttributes({ type, change }: ResourceChange): ChangedAttributes {
  const { before, after } = change;
  if (before === null || after === null) return { ofAccess: [], others: [] };
  const unknown: Values = isObject(change.afterUnknown) ? change.afterUnknown : {};
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].filter(
    (name) => unknown[name] !== true && !COMPUTED.includes(name) && normal(before[name]) !== normal(after[name]),
  );
  const ofAccess = OF_ACCESS[type] ?? [];
  return {
    ofAccess: names.filter((name) => ofAccess.includes(name)),
    others: names.filter((name) => !ofAccess.includes(name)),
  };
}

function normal(value: unknown): string {
  if (value === null || value === undefined || value === '') return '';
  if (typeof value === 'string') {
    const document = value.startsWith('{') ? parsePolicyDocument(value) : null;
    return document === null ? JSON.stringify(value) : canonicalDocument(document);
  }
  if (Array.isArray(value)) return value.length === 0 ? '' : JSON.stringify(value.map(normal).sort());
  if (!isObject(value)) return JSON.stringify(value);
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return entries.length === 0 ? '' : JSON.stringify(entries.map(([name, item]) => [name, normal(item)]));
}

function isObject(value: unknown): value is Values {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
