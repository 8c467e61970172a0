import { createHash } from 'node:crypto';
import type { Difference, Holder } from '../../access/model-difference.ts';
import { isManagedPolicyName } from '../../catalog/managed-policies.ts';
import { iamName, rolePolicyArn } from '../../team/names.ts';
import type { Team } from '../../team/team.ts';
import { type DriftFinding, differenceOf, type RuleId } from '../finding.ts';

type Named = Pick<DriftFinding, 'rule' | 'data' | 'risk' | 'escalates'>;

/** How ids name users, groups and policies: by their key where the team file has one, else by the name that IAM has. */
interface IdNames {
  readonly user: (name: string) => readonly string[];
  readonly group: (name: string) => readonly string[];
  readonly policy: (arn: string) => readonly string[];
}

/**
 * Makes the ids of a team's findings: see `DriftFinding.id`. No two of one scan are equal: a second old key of one
 * member is `old-access-key/bo/2`.
 */
export function findingIds(team: Team): (finding: Named) => string {
  const users = keysByName(
    team,
    [...team.members, ...team.departed].map(({ key }) => key),
  );
  const groups = keysByName(
    team,
    team.roles.map(({ key }) => key),
  );
  const roleKeys = new Set(groups.values());
  const policies = new Map(team.roles.map(({ key }) => [rolePolicyArn(team, key), key]));
  const names: IdNames = {
    user: nameIn(users),
    group: nameIn(groups),
    policy: (arn) => {
      const key = policies.get(arn);
      if (key !== undefined) return [key];
      const name = arn.slice(arn.lastIndexOf('/') + 1);
      const isAws = arn.startsWith('arn:aws:iam::aws:');
      return roleKeys.has(name) || (!isAws && isManagedPolicyName(name)) ? [isAws ? 'aws' : 'own', name] : [name];
    },
  };
  const made = new Map<string, number>();
  return (finding) => {
    const worst = finding.escalates.length > 0 ? 'escalates' : finding.risk;
    const id = [finding.rule, ...partsOf(finding, names), ...(worst === null || !hasEffect(finding) ? [] : [worst])]
      .map(segment)
      .join('/');
    const times = (made.get(id) ?? 0) + 1;
    made.set(id, times);
    return times === 1 ? id : `${id}/${times}`;
  };
}

function keysByName({ lab }: Team, keys: readonly string[]): ReadonlyMap<string, string> {
  return new Map(keys.map((key) => [iamName(lab, key), key]));
}

/** Somebody else's name may be a member's key: the two must not be one id. */
function nameIn(keys: ReadonlyMap<string, string>): (name: string) => readonly string[] {
  const taken = new Set(keys.values());
  return (name) => {
    const key = keys.get(name);
    if (key !== undefined) return [key];
    return taken.has(name) ? ['iam', name] : [name];
  };
}

/** No name of IAM is longer; a tag may be. */
const LONGEST_SEGMENT = 128;

/** Names of IAM stay as they are; what else a tag may hold is written as `=2F`, and cut where it is too long. */
function segment(text: string): string {
  const written = text.replace(/[^\w+=,.@-]|=(?=[0-9A-F]{2})/gu, (character) =>
    [...Buffer.from(character)].map((byte) => `=${byte.toString(16).toUpperCase().padStart(2, '0')}`).join(''),
  );
  if (written.length <= LONGEST_SEGMENT) return written;
  const digest = createHash('sha256').update(written).digest('hex');
  return `${written.slice(0, LONGEST_SEGMENT / 2)}.${digest.slice(0, 12)}`;
}

/** Ids of these name the worst effect even though the rule alone says it, or never. */
function hasEffect({ rule, escalates }: Named): boolean {
  return !CREDENTIAL_RULES.has(rule) && (rule !== 'boundary-policy-changed' || escalates.length > 0);
}

const CREDENTIAL_RULES: ReadonlySet<RuleId> = new Set<RuleId>([
  'too-many-access-keys',
  'key-used-after-leaving',
  'retired-operations',
  'root-access-key',
]);

function partsOf(finding: Named, names: IdNames): readonly string[] {
  const difference = differenceOf(finding);
  if (difference !== null) return differenceParts(difference, names);
  const { rule, data } = finding as Pick<DriftFinding, 'rule' | 'data'> as DriftFinding;
  switch (rule) {
    case 'resource-changed':
      return [data.address, ...data.attributes];
    case 'unmanaged-user':
      return names.user(data.user);
    case 'unmanaged-group':
      return names.group(data.group);
    case 'unmanaged-policy':
      return names.policy(data.arn);
    case 'boundary-policy-changed': {
      const { state, wider, narrower } = data;
      const ways = [...(wider.length > 0 ? ['wider'] : []), ...(narrower.length > 0 ? ['narrower'] : [])];
      return ways.length > 0 ? ways : [state];
    }
    case 'non-default-policy-version':
      return [...names.policy(data.arn), data.version];
    case 'unmanaged-group-membership':
      return [...names.user(data.user), data.group];
    case 'retired-operations': {
      const { holder, policy } = data;
      return holder === null ? [policy.slice(policy.lastIndexOf('/') + 1)] : [...holderParts(holder, names), policy];
    }
    case 'too-many-access-keys':
      return [...names.user(data.user), ...several(data.keys.length - data.allowed)];
    case 'root-access-key':
      return several(data.keys.length);
    default:
      return 'user' in data ? names.user(data.user) : [];
  }
}

function several(count: number): readonly string[] {
  return count > 1 ? [String(count)] : [];
}

function differenceParts(difference: Difference, names: IdNames): readonly string[] {
  switch (difference.kind) {
    case 'user-added':
    case 'user-deleted':
    case 'boundary-changed':
      return [...names.user(difference.user)];
    case 'tag-changed':
      return [...names.user(difference.user), difference.tag];
    case 'group-added':
    case 'group-deleted':
      return [...names.group(difference.group)];
    case 'policy-added':
    case 'policy-deleted':
    case 'policy-changed':
      return [...names.policy(difference.arn)];
    case 'path-changed':
      return [...holderParts(difference.holder, names)];
    case 'membership-added':
    case 'membership-removed':
      return [...names.user(difference.user), ...names.group(difference.group)];
    case 'policy-attached':
    case 'policy-detached':
      return [...holderParts(difference.holder, names), ...names.policy(difference.arn)];
    case 'inline-policy-added':
    case 'inline-policy-changed':
    case 'inline-policy-removed':
      return [...holderParts(difference.holder, names), difference.policy];
  }
}

function holderParts({ kind, name }: Holder, names: IdNames): readonly string[] {
  return [kind, ...names[kind](name)];
}
