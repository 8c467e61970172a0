import { createHash } from 'node:crypto';
import type { Difference, Holder } from '../../access/model-difference.ts';
import { isManagedPolicyName } from '../../catalog/managed-policies.ts';
import type { Risk } from '../../catalog/mturk.ts';
import { iamName, rolePolicyArn } from '../../team/names.ts';
import type { Team } from '../../team/team.ts';
import type { DriftWhat } from '../finding.ts';

/** How ids name users, groups and policies: by their key where the team file has one, else by the name that IAM has. */
interface IdNames {
  readonly user: (name: string) => readonly string[];
  readonly group: (name: string) => readonly string[];
  readonly policy: (arn: string) => readonly string[];
}

/**
 * Makes the ids of a team's findings: see `DriftFinding.id`. No two of one look are the same: a second old key of one
 * member is `old-access-key/bo/2`.
 */
export function findingIds(
  team: Team,
): (what: DriftWhat, risk: Risk | null, administrators?: readonly string[]) => string {
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
  return (what, risk, administrators = []) => {
    const id = partsOf(what, administrators.length > 0 ? 'administers' : risk, names)
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

function partsOf(what: DriftWhat, risk: Risk | 'administers' | null, names: IdNames): readonly string[] {
  const worst = risk === null ? [] : [risk];
  switch (what.kind) {
    case 'difference':
      return [...differenceParts(what.difference, names), ...worst];
    case 'attributes':
      return ['attributes', what.address, ...what.attributes];
    case 'stray': {
      const { kind, name } = what.effect.stray;
      const everything = what.effect.administrators.length > 0 ? ['administers'] : worst;
      return ['stray', kind, name, ...everything];
    }
    case 'boundary': {
      const { state, wider, narrower } = what.effect;
      const ways = [...(wider.length > 0 ? ['wider'] : []), ...(narrower.length > 0 ? ['narrower'] : [])];
      const everything = risk === 'administers' ? [risk] : [];
      return ['boundary', ...(ways.length > 0 ? ways : [state]), ...everything];
    }
    case 'non-default-policy-version':
      return [what.kind, ...names.policy(what.arn), what.version];
    case 'unmanaged-group-membership':
      return ['unmanaged-group-membership', ...names.user(what.user), what.group, ...worst];
    case 'outside':
      return ['outside', what.user, ...(what.isAdministrator ? ['administers'] : worst)];
    case 'retired-operations': {
      const { holder, policy } = what;
      const where =
        holder === null ? [policy.slice(policy.lastIndexOf('/') + 1)] : [...holderParts(holder, names), policy];
      return ['retired-operations', ...where];
    }
    case 'too-many-access-keys':
      return [what.kind, ...names.user(what.user), ...several(what.keys.length - what.allowed)];
    case 'old-access-key':
    case 'unused-access-key':
    case 'key-used-after-leaving':
    case 'console-password':
    case 'ssh-key':
    case 'signing-certificate':
    case 'service-specific-credential':
      return [what.kind, ...names.user(what.user)];
    case 'root-access-key':
      return [what.kind, ...several(what.keys.length)];
  }
}

function several(count: number): readonly string[] {
  return count > 1 ? [String(count)] : [];
}

function differenceParts(difference: Difference, names: IdNames): readonly string[] {
  const { kind } = difference;
  switch (kind) {
    case 'user-added':
    case 'user-deleted':
    case 'boundary-changed':
      return [kind, ...names.user(difference.user)];
    case 'tag-changed':
      return [kind, ...names.user(difference.user), difference.tag];
    case 'group-added':
    case 'group-deleted':
      return [kind, ...names.group(difference.group)];
    case 'policy-added':
    case 'policy-deleted':
    case 'policy-changed':
      return [kind, ...names.policy(difference.arn)];
    case 'path-changed':
      return [kind, ...holderParts(difference.holder, names)];
    case 'membership-added':
    case 'membership-removed':
      return [kind, ...names.user(difference.user), ...names.group(difference.group)];
    case 'policy-attached':
    case 'policy-detached':
      return [kind, ...holderParts(difference.holder, names), ...names.policy(difference.arn)];
    case 'inline-policy-added':
    case 'inline-policy-changed':
    case 'inline-policy-removed':
      return [kind, ...holderParts(difference.holder, names), difference.policy];
  }
}

function holderParts({ kind, name }: Holder, names: IdNames): readonly string[] {
  return [kind, ...names[kind](name)];
}
