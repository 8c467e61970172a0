import { canonicalDocument } from '../../iam/canonical.ts';
import { parsePolicyDocument } from '../../iam/document.ts';
import { RESOURCES } from '../resources.ts';
import type { ResourceChange, Values } from './plan-read.ts';

/** Computed by the provider and never configured; some change by themselves (`attachment_count` 0 -> 1 after a creation). */
const COMPUTED = ['arn', 'id', 'unique_id', 'policy_id', 'attachment_count', 'name_prefix', 'tags_all', 'create_date'];

export interface ChangedAttributes {
  /** Those that the access model is read from. */
  readonly ofAccess: readonly string[];
  /** The rest, without computed ones. */
  readonly others: readonly string[];
}

/** The attributes in which the two sides of a change differ, a missing one being the same as an empty one. */
export function changedAttributes({ type, change }: ResourceChange): ChangedAttributes {
  const { before, after } = change;
  if (before === null || after === null) return { ofAccess: [], others: [] };
  const unknown: Values = isObject(change.afterUnknown) ? change.afterUnknown : {};
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].filter(
    (name) =>
      unknown[name] !== true && !COMPUTED.includes(name) && normalValue(before[name]) !== normalValue(after[name]),
  );
  const ofAccess = RESOURCES[type]?.attributes ?? [];
  return {
    ofAccess: names.filter((name) => ofAccess.includes(name)),
    others: names.filter((name) => !ofAccess.includes(name)),
  };
}

/** A text that is equal for two values of an attribute that mean the same; a missing one is an empty one. */
export function normalValue(value: unknown): string {
  if (value === null || value === undefined || value === '') return '';
  if (typeof value === 'string') {
    const document = value.startsWith('{') ? parsePolicyDocument(value) : null;
    return document === null ? JSON.stringify(value) : canonicalDocument(document);
  }
  if (Array.isArray(value)) return value.length === 0 ? '' : JSON.stringify(value.map(normalValue).sort());
  if (!isObject(value)) return JSON.stringify(value);
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return entries.length === 0 ? '' : JSON.stringify(entries.map(([name, item]) => [name, normalValue(item)]));
}

function isObject(value: unknown): value is Values {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
