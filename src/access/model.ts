import type { PolicyDocument } from '../iam/document.ts';

/** A policy written into a user or group. */
export interface InlinePolicy {
  readonly name: string;
  /** Null if only its name is known (a plan names manual ones): it then counts as granting everything when guarding. */
  readonly document: PolicyDocument | null;
}

/** A managed policy, the account's own or AWS's. */
export interface AccessPolicy {
  readonly arn: string;
  readonly name: string;
  /** Null where the document could not be known: it then counts as granting everything when guarding. */
  readonly document: PolicyDocument | null;
}

export interface AccessGroup {
  readonly name: string;
  readonly path: string;
  /** ARNs of attached managed policies. */
  readonly attached: readonly string[];
  readonly inline: readonly InlinePolicy[];
}

export interface AccessUser {
  readonly name: string;
  readonly path: string;
  /** Names of the groups that the user is in. */
  readonly groups: readonly string[];
  /** ARNs of managed policies attached to the user itself. */
  readonly attached: readonly string[];
  readonly inline: readonly InlinePolicy[];
  /** ARN of the permissions boundary, null where there is none. */
  readonly boundary: string | null;
  readonly tags: Readonly<Record<string, string>>;
  /** Known only as a member of groups; all else is unknown. */
  readonly unmanaged?: true;
}

/**
 * The part of an AWS account that decides who may do what: plain data, made from the team, from a plan or from the
 * live account, and read by everything that explains, guards or compares. Lists are sorted by name.
 */
export interface AccessModel {
  readonly account: string;
  readonly users: readonly AccessUser[];
  readonly groups: readonly AccessGroup[];
  readonly policies: readonly AccessPolicy[];
}
