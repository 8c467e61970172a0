import { type AccessChange, diffAccess } from '../../access/diff.ts';
import { type AccessModel, type AccessUser, around, type ModelIndex } from '../../access/model.ts';
import { type Difference, inverse } from '../../access/model-difference.ts';
import { dependsOnTimeAlone, laterMoments } from '../../access/time-conditions.ts';
import { concernedBy, type Documents, groupOf, withDifferences } from '../../access/with-differences.ts';
import type { PolicyDocument, Statement } from '../../iam/document.ts';
import { toList } from '../../iam/document.ts';
import { isExtended } from '../../review/changes/people.ts';
import { LIMITS_POLICY } from '../../team/names.ts';
import type { Remediation } from '../finding.ts';
import { statementsOnlyIn } from '../rules/policies.ts';

/**
 * The remediation of each kind, by whether its revert grants someone an operation or a later end. A removal is on request whatever the effect today: reverting
 * it for a suspended member or an empty group grants nothing now and everything later.
 */
const REMEDIATIONS: Readonly<Record<Difference['kind'], (grants: boolean, difference: Difference) => Remediation>> = {
  'membership-added': byEffect,
  'policy-attached': byEffect,
  'inline-policy-added': byEffect,
  'inline-policy-changed': byEffect,
  'policy-changed': byEffect,
  'boundary-changed': byEffect,
  // A policy outside the lab may depend on an added tag; the tags of team.yaml are restored by its own values.
  'tag-changed': (grants, difference) =>
    'tag' in difference && difference.from === null ? 'on-request' : byEffect(grants),
  // The roles of the workflows may rename and move nothing.
  'path-changed': () => 'manual',
  // `limits` only denies: without it a member may do more.
  'inline-policy-removed': (grants, difference) =>
    'policy' in difference && difference.policy === LIMITS_POLICY ? byEffect(grants) : 'on-request',
  // The reconcile role may attach no policy, not even one that only denies.
  'policy-detached': () => 'on-request',
  'membership-removed': () => 'on-request',
  'user-deleted': () => 'on-request',
  'group-deleted': () => 'on-request',
  'policy-deleted': () => 'on-request',
  'user-added': () => 'manual',
  'group-added': () => 'manual',
  'policy-added': () => 'manual',
};

function byEffect(grants: boolean): Remediation {
  return grants ? 'on-request' : 'auto';
}

/**
 * The remediation of a manual change of `account`; `documents` are those that the revert may restore. What cannot be
 * judged (a Deny that depends on an IP address, an unreadable policy) is on request.
 */
export function remediationOf(
  difference: Difference,
  account: ModelIndex,
  documents: Documents,
  at: Date,
): Remediation {
  const remediation = REMEDIATIONS[difference.kind](revertGrants(difference, account, documents, at), difference);
  return remediation === 'auto' && !isBeyondDoubt(difference, account) ? 'on-request' : remediation;
}

function revertGrants(difference: Difference, account: ModelIndex, documents: Documents, at: Date): boolean {
  const group = groupOf(difference);
  const concerned = around(account, concernedBy(account, difference), group === null ? [] : [group]);
  return [concerned, ...probesOf(difference, concerned, account)]
    .flatMap((before) => {
      const after = withDifferences(before, [inverse(difference)], documents);
      return momentsOf(before, difference, at).flatMap((moment) => diffAccess(before, after, moment).people);
    })
    .some(grantsAccess);
}

/** No IAM user has an empty name. */
const PROBE: AccessUser = { name: '', path: '/', groups: [], attached: [], inline: [], boundary: null, tags: {} };
const EVERYTHING: PolicyDocument = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }],
};

/**
 * The same with users who show an effect that no user shows today: a member of an empty group, or a user with full access
 * under the boundary of a suspended one.
 */
function probesOf(difference: Difference, concerned: AccessModel, account: ModelIndex): readonly AccessModel[] {
  switch (difference.kind) {
    case 'policy-changed': {
      const policy = account.policies.get(difference.arn);
      const policies = policy === undefined ? [] : [policy];
      return [{ ...concerned, groups: [], users: [{ ...PROBE, attached: [difference.arn] }], policies }];
    }
    case 'boundary-changed': {
      const inline = [{ name: 'everything', document: EVERYTHING }];
      const free = concerned.users.map((user) => ({ ...user, groups: [], attached: [], inline }));
      return [{ ...concerned, groups: [], users: free }];
    }
    case 'policy-attached':
    case 'inline-policy-added':
    case 'inline-policy-changed':
    case 'inline-policy-removed': {
      const { kind, name } = difference.holder;
      return kind === 'group' ? [{ ...concerned, users: [{ ...PROBE, groups: [name] }] }] : [];
    }
    default:
      return [];
  }
}

/** Whether a user may do more, or for longer, than before. */
export function grantsAccess(change: AccessChange): boolean {
  const { operations, suspended, kind } = change;
  if (operations.gained.length > 0) return true;
  return kind === 'changed' && (isExtended(change) || (suspended.before && !suspended.after));
}

/** Now, and every later moment at which a condition on the time changes. */
function momentsOf(model: AccessModel, difference: Difference, at: Date): readonly Date[] {
  return [at, ...laterMoments([model], documentsIn(difference), at)];
}

function documentsIn(difference: Difference): readonly (PolicyDocument | null)[] {
  if (difference.kind === 'policy-changed' || difference.kind === 'inline-policy-changed') {
    return [difference.from, difference.to];
  }
  return 'document' in difference ? [difference.document] : [];
}

/**
 * Those of some differences that can be reverted together without a grant. Of two policies that deny the same, both
 * attached in an emergency, each revert alone grants nothing, and both together do.
 */
export function revertibleTogether(
  differences: readonly Difference[],
  account: ModelIndex,
  documents: Documents,
  at: Date,
): ReadonlySet<Difference> {
  let left = differences;
  while (left.length > 1) {
    const gaining = gainersBy(left, account, documents, at);
    if (gaining.size === 0) break;
    const fewer = left.filter((difference) => !concernedBy(account, difference).some((name) => gaining.has(name)));
    // A user who gains is concerned by one of them; if not, none can be judged.
    left = fewer.length < left.length ? fewer : [];
  }
  return new Set(left);
}

function gainersBy(
  differences: readonly Difference[],
  account: ModelIndex,
  documents: Documents,
  at: Date,
): ReadonlySet<string> {
  const names = new Set(differences.flatMap((difference) => concernedBy(account, difference)));
  const groups = differences.flatMap((difference) => groupOf(difference) ?? []);
  const before = around(account, names, groups);
  const after = withDifferences(before, differences.map(inverse), documents);
  const moments = [at, ...laterMoments([before, after], [], at)];
  const gaining = moments.flatMap((moment) => diffAccess(before, after, moment).people.filter(grantsAccess));
  return new Set(gaining.map(({ user }) => user));
}

/**
 * Whether the effect of a revert follows from comparing who may do what. It does not if the manual change has a condition
 * whose truth is unknown (a Deny outside an address range), if a policy cannot be read, or if it denies more than MTurk.
 */
function isBeyondDoubt(difference: Difference, account: ModelIndex): boolean {
  const restored = restoredDocument(difference);
  // An added policy grants, and revokes by a Deny alone.
  const isReplaced = 'from' in difference;
  return removedDocuments(difference, account).every(
    (document) =>
      document !== null &&
      statementsOnlyIn(document, restored).every((statement) =>
        statement.Effect === 'Deny' ? isPlainDeny(statement) : !isReplaced || dependsOnTimeAlone(statement),
      ),
  );
}

/** The documents that a revert removes; null for one that cannot be read. */
function removedDocuments(difference: Difference, account: ModelIndex): readonly (PolicyDocument | null)[] {
  const attached = (arns: readonly string[]) => arns.map((arn) => account.policies.get(arn)?.document ?? null);
  switch (difference.kind) {
    case 'membership-added': {
      const group = account.groups.get(difference.group);
      if (group === undefined) return [null];
      return [...attached(group.attached), ...group.inline.map(({ document }) => document)];
    }
    case 'policy-attached':
      return attached([difference.arn]);
    case 'inline-policy-added':
      return [difference.document];
    case 'inline-policy-changed':
    case 'policy-changed':
      return [difference.to];
    case 'boundary-changed':
      return difference.to === null ? [] : attached([difference.to]);
    default:
      return [];
  }
}

function restoredDocument(difference: Difference): PolicyDocument {
  const isEdit = difference.kind === 'inline-policy-changed' || difference.kind === 'policy-changed';
  return (isEdit ? difference.from : null) ?? { Statement: [] };
}

/** A Deny of MTurk alone or of everything, with conditions on the time alone. */
function isPlainDeny(deny: Statement): boolean {
  if (!dependsOnTimeAlone(deny) || deny.Action === undefined || deny.Resource === undefined) return false;
  return toList(deny.Action).every((action) => action === '*' || action.toLowerCase().startsWith('mechanicalturk:'));
}
