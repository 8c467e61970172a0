import { type AccessChange, diffAccess } from '../../access/diff.ts';
import type { AccessModel, AccessUser } from '../../access/model.ts';
import { type Difference, inverse } from '../../access/model-difference.ts';
import { around, concernedBy, groupOf, type ModelIndex } from '../../access/model-index.ts';
import { laterMoments } from '../../access/time-conditions.ts';
import { type Documents, withDifferences } from '../../access/with-differences.ts';
import type { PolicyDocument } from '../../iam/document.ts';
import { isLater } from '../../review/changes/risk.ts';
import { LIMITS_POLICY } from '../../team/names.ts';
import type { Remediation } from '../finding.ts';
import { isBeyondDoubt } from './fate-doubt.ts';

/** What undoing something does: whether anybody gets an operation or a later end by it, and whether anybody loses any. */
interface Effect {
  readonly gives: boolean;
  readonly takes: boolean;
}

/**
 * What is done about each kind, by what undoing it does. A removal is kept whatever undoing it does today: who is
 * suspended, or a group that nobody is in, gives nothing now and everything later.
 */
const FATES: Readonly<Record<Difference['kind'], (effect: Effect, difference: Difference) => Remediation>> = {
  'membership-added': byEffect,
  'policy-attached': byEffect,
  'inline-policy-added': byEffect,
  'inline-policy-changed': byEffect,
  'policy-changed': byEffect,
  'boundary-changed': byEffect,
  // A policy of somebody else's may go by a tag that team.yaml does not have; one that it has is put back.
  'tag-changed': (effect, difference) =>
    'tag' in difference && difference.from === null ? 'on-request' : byEffect(effect),
  // To move something takes leave on both paths, and the roles of the workflows have it on the lab's alone.
  'path-changed': () => 'manual',
  // The one inline policy that the file declares is a guard: with it gone, somebody may do more.
  'inline-policy-removed': (effect, difference) =>
    'policy' in difference && difference.policy === LIMITS_POLICY ? byEffect(effect) : 'on-request',
  // A role's policy that only denies is a guard, too.
  'policy-detached': (effect) => (effect.takes ? byEffect(effect) : 'on-request'),
  'membership-removed': () => 'on-request',
  'user-deleted': () => 'on-request',
  'group-deleted': () => 'on-request',
  'policy-deleted': () => 'on-request',
  'user-added': () => 'manual',
  'group-added': () => 'manual',
  'policy-added': () => 'manual',
};

function byEffect({ gives }: Effect): Remediation {
  if (gives) return 'on-request';
  return 'auto';
}

/**
 * What reconciling makes of something done by hand to `account`; `documents` are those that undoing may bring back. What
 * cannot be decided (a Deny that depends on an address, a policy that cannot be read) is left to a person.
 */
export function remediationOf(
  difference: Difference,
  account: ModelIndex,
  documents: Documents,
  at: Date,
): Remediation {
  if (difference.kind === 'policy-detached' && !isAtHand(difference.arn, account)) return 'on-request';
  const fate = FATES[difference.kind](effectOfUndoing(difference, account, documents, at), difference);
  return fate === 'auto' && !isBeyondDoubt(difference, account) ? 'on-request' : fate;
}

/** What was taken off can be put on again only where it still exists. */
function isAtHand(arn: string, { policies }: ModelIndex): boolean {
  return policies.has(arn) || arn.startsWith('arn:aws:iam::aws:');
}

function effectOfUndoing(difference: Difference, account: ModelIndex, documents: Documents, at: Date): Effect {
  const group = groupOf(difference);
  const concerned = around(account, concernedBy(account, difference), group === null ? [] : [group]);
  const changes = [concerned, ...probesOf(difference, concerned, account)].flatMap((before) => {
    const after = withDifferences(before, [inverse(difference)], documents);
    return momentsOf(before, difference, at).flatMap((moment) => diffAccess(before, after, moment).people);
  });
  return { gives: changes.some(givesSomething), takes: changes.some(takesSomething) };
}

/** No user of IAM has an empty name. */
const NOBODY: AccessUser = { name: '', path: '/', groups: [], attached: [], inline: [], boundary: null, tags: {} };
const EVERYTHING: PolicyDocument = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }],
};

/**
 * The same with users in whom an effect shows that today shows in nobody: a group without members, or a boundary whose
 * user is suspended. What was narrowed is narrowed all the same.
 */
function probesOf(difference: Difference, concerned: AccessModel, account: ModelIndex): readonly AccessModel[] {
  switch (difference.kind) {
    case 'policy-changed': {
      const policy = account.policies.get(difference.arn);
      const policies = policy === undefined ? [] : [policy];
      return [{ ...concerned, groups: [], users: [{ ...NOBODY, attached: [difference.arn] }], policies }];
    }
    case 'boundary-changed': {
      const inline = [{ name: 'everything', document: EVERYTHING }];
      const free = concerned.users.map((user) => ({ ...user, groups: [], attached: [], inline }));
      return [{ ...concerned, groups: [], users: free }];
    }
    case 'policy-attached':
    case 'policy-detached':
    case 'inline-policy-added':
    case 'inline-policy-changed':
    case 'inline-policy-removed': {
      const { kind, name } = difference.holder;
      return kind === 'group' ? [{ ...concerned, users: [{ ...NOBODY, groups: [name] }] }] : [];
    }
    default:
      return [];
  }
}

/** Whether somebody may do more, or for longer, than before. */
export function givesSomething({ operations, ends, suspended, kind }: AccessChange): boolean {
  if (operations.gained.length > 0) return true;
  return kind === 'changed' && (isLater(ends.after, ends.before) || (suspended.before && !suspended.after));
}

function takesSomething({ operations, ends, suspended, kind }: AccessChange): boolean {
  if (operations.lost.length > 0) return true;
  return kind === 'changed' && (isLater(ends.before, ends.after) || (suspended.after && !suspended.before));
}

/** Now, and every moment still to come at which one of the policies begins or ends to hold. */
function momentsOf(model: AccessModel, difference: Difference, at: Date): readonly Date[] {
  return [at, ...laterMoments([model], documentsIn(difference), at)];
}

function documentsIn(difference: Difference): readonly (PolicyDocument | null)[] {
  if (difference.kind === 'policy-changed' || difference.kind === 'inline-policy-changed') {
    return [difference.from, difference.to];
  }
  return 'document' in difference ? [difference.document] : [];
}
