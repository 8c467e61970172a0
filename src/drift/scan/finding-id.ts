import { createHash } from 'node:crypto';
import { isManagedPolicyName } from '../../catalog/managed-policies.ts';
import { isAwsPolicy } from '../../iam/arn.ts';
import { iamName, rolePolicyArn } from '../../team/names.ts';
import type { Team } from '../../team/team.ts';
import type { DriftCause, DriftClass, DriftFinding } from '../finding.ts';
import { type Detected, type IdNames, subjectParts } from '../rules/rule.ts';
import { ruleOf } from '../rules/rules.ts';

/** Makes the `DriftFinding.id`s of a team. No two of one scan are equal: a second old key is `old-access-key/bo/2`. */
export function findingIds(team: Team): (finding: Pick<Detected, 'rule' | 'data' | 'risk' | 'escalates'>) => string {
  const users = keysByName(team, [...team.members, ...team.departed]);
  const groups = keysByName(team, team.roles);
  const roleKeys = new Set(groups.values());
  const policies = new Map(team.roles.map(({ key }) => [rolePolicyArn(team, key), key]));
  const names: IdNames = {
    user: nameIn(users),
    group: nameIn(groups),
    policy: (arn) => {
      const key = policies.get(arn);
      if (key !== undefined) return [key];
      const name = arn.slice(arn.lastIndexOf('/') + 1);
      const isAws = isAwsPolicy(arn);
      return roleKeys.has(name) || (!isAws && isManagedPolicyName(name)) ? [isAws ? 'aws' : 'own', name] : [name];
    },
  };
  const made = new Map<string, number>();
  return (finding) => {
    const { rule, data, risk, escalates } = finding;
    const { idParts, idEffect } = ruleOf(finding);
    const isNamed = idEffect === undefined || (idEffect === 'escalation' && escalates.length > 0);
    const worst = escalates.length > 0 ? 'escalates' : risk;
    const id = [rule, ...(idParts ?? subjectParts)(data, names), ...(isNamed && worst !== null ? [worst] : [])]
      .map(segment)
      .join('/');
    const times = (made.get(id) ?? 0) + 1;
    made.set(id, times);
    return times === 1 ? id : `${id}/${times}`;
  };
}

function keysByName({ lab }: Team, entries: readonly { readonly key: string }[]): ReadonlyMap<string, string> {
  return new Map(entries.map(({ key }) => [iamName(lab, key), key]));
}

/** The name of another user may equal a member's key: their ids must differ. */
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

/** The class of a scan by the causes in it: the first one present decides. */
const CLASS_BY_CAUSE: readonly (readonly [DriftCause, DriftClass])[] = [
  ['manual', 'drift'],
  ['unexplained', 'unexplained'],
  ['unmanaged', 'unmanaged'],
  ['pending', 'pending'],
  ['expired', 'pending'],
  ['unknown', 'pending'],
  ['resolved', 'state-only'],
];

/** `isComplete`: whether everything could be checked; it matters only if nothing was found. */
export function classOf(findings: readonly Pick<DriftFinding, 'cause'>[], isComplete: boolean): DriftClass {
  const causes = new Set(findings.map(({ cause }) => cause));
  const [, found] = CLASS_BY_CAUSE.find(([cause]) => causes.has(cause)) ?? [];
  return found ?? (isComplete ? 'clean' : 'error');
}
