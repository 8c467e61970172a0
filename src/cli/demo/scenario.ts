import {
  AddUserToGroupCommand,
  AttachUserPolicyCommand,
  CreateLoginProfileCommand,
  CreatePolicyVersionCommand,
  CreateUserCommand,
  type IAMClient,
  RemoveUserFromGroupCommand,
} from '@aws-sdk/client-iam';
import { managedPolicyArn } from '../../catalog/managed-policies.ts';
import { CAPABILITIES, capabilityOf, OPERATIONS, riskOf } from '../../catalog/mturk.ts';
import type { FindingId } from '../../diagnostics/finding-ids.ts';
import { iamName, rolePolicyArn } from '../../team/names.ts';
import { hasExpired, type Member, type Role, type Team } from '../../team/team.ts';

/** The members and roles of a team that the demo acts on. */
export interface Scenario {
  readonly newMember: { readonly key: string; readonly name: string };
  /** The new member's role: the one that spends least. */
  readonly starter: Role;
  /** The role that spends most; null if no role spends. */
  readonly paying: Role | null;
  /** A member with less than full access, who gets a policy attached. */
  readonly other: Member | null;
  /** A member who is removed from the group of their one role. */
  readonly removed: Member | null;
}

/** Null if no role of the team grants operations. */
export function scenarioOf(team: Team, today: string): Scenario | null {
  const byRisk = team.roles
    .filter((role) => role.allow.length > 0 || role.managed.length > 0)
    .sort((a, b) => spending(a) - spending(b) || a.allow.length - b.allow.length);
  const starter = byRisk.find((role) => role.allow.length > 0);
  if (starter === undefined) return null;
  const members = team.members.filter((member) => !member.suspended && !hasExpired(member, today));
  const pays = (role: Role) => role.key !== starter.key && role.allow.length > 0 && spending(role) > 0;
  const paying = byRisk.findLast((role) => pays(role) && !isWide(role)) ?? byRisk.findLast(pays) ?? null;
  const other = members.find((member) =>
    team.roles.every((role) => !(member.roles.includes(role.key) && isWide(role))),
  );
  // What another change gives to a member is not taken from them.
  const isFree = ({ key, roles }: Member) =>
    key !== other?.key && !team.owners.includes(key) && !roles.includes(starter.key) && roles.length === 1;
  const removed = members.find(isFree) ?? null;
  return { newMember: newMemberOf(team), starter, paying, other: other ?? null, removed };
}

/** How many capabilities of a role spend money. */
function spending(role: Role): number {
  const operations = isWide(role) ? OPERATIONS : role.allow;
  const spends = operations.filter((operation) => riskOf(operation) === 'spends' && !role.deny.includes(operation));
  return new Set(spends.map(capabilityOf)).size;
}

function isWide(role: Role): boolean {
  return (
    role.managed.includes('AmazonMechanicalTurkFullAccess') ||
    role.allow.length > OPERATIONS.length - Object.keys(CAPABILITIES).length
  );
}

function newMemberOf(team: Team): Scenario['newMember'] {
  const used = new Set([...team.members, ...team.departed].map(({ key }) => key.toLowerCase()));
  const eve = { key: 'eve', name: 'Eve Lindqvist' };
  if (!used.has(eve.key)) return eve;
  let number = 1;
  while (used.has(`student-${number}`)) number += 1;
  return { key: `student-${number}`, name: 'A new student' };
}

/** A change of the account outside Terraform. */
export interface DemoChange {
  /** `Eve Lindqvist: added to group paymaster` */
  readonly title: string;
  /** The rule whose finding it is, and names in the finding's ID. */
  readonly kind: FindingId;
  readonly names: readonly string[];
  readonly remediation: 'auto' | 'announced' | 'manual';
  readonly changesAccess: boolean;
  carryOut(iam: IAMClient): Promise<unknown>;
}

/** A user whom no file knows, added to a group of the lab. */
export const INTRUDER = 'mallory';
/** A user from before the lab used a team file, outside the lab's IAM path. */
export const OLD_USER = 'old-mturk-user';

/** The manual changes that this team has room for: seven on the sample team. */
export function demoChanges(team: Team, scenario: Scenario): readonly DemoChange[] {
  const { lab } = team;
  const { newMember, starter, paying, other, removed } = scenario;
  const fullAccess = 'AmazonMechanicalTurkFullAccess';
  const fullAccessArn = managedPolicyArn(fullAccess);
  const user = iamName(lab, newMember.key);
  const changes: DemoChange[] = [];
  type Given = Pick<DemoChange, 'kind' | 'names' | 'carryOut'> & Partial<DemoChange>;
  const add = (title: string, change: Given) =>
    changes.push({ title, remediation: 'auto', changesAccess: true, ...change });
  if (paying !== null) {
    const group = iamName(lab, paying.key);
    add(`${newMember.name}: added to group ${paying.key}`, {
      kind: 'membership-added',
      names: [newMember.key, paying.key],
      carryOut: (iam) => iam.send(new AddUserToGroupCommand({ UserName: user, GroupName: group })),
    });
  }
  if (other !== null) {
    add(`${other.name}: ${fullAccess} attached directly`, {
      kind: 'policy-attached',
      names: [other.key, fullAccess],
      carryOut: (iam) =>
        iam.send(new AttachUserPolicyCommand({ UserName: iamName(lab, other.key), PolicyArn: fullAccessArn })),
    });
  }
  add(`policy of role ${starter.key} edited to allow every operation`, {
    kind: 'policy-changed',
    names: [starter.key],
    carryOut: async (iam) => {
      const Statement = [{ Effect: 'Allow', Action: 'mechanicalturk:*', Resource: '*' }];
      const PolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement });
      const PolicyArn = rolePolicyArn(team, starter.key);
      await iam.send(new CreatePolicyVersionCommand({ PolicyArn, PolicyDocument, SetAsDefault: true }));
    },
  });
  if (removed !== null) {
    const [role = ''] = removed.roles;
    const membership = { UserName: iamName(lab, removed.key), GroupName: iamName(lab, role) };
    add(`${removed.name}: removed from group ${role}`, {
      kind: 'membership-removed',
      names: [removed.key, role],
      remediation: 'announced',
      carryOut: (iam) => iam.send(new RemoveUserFromGroupCommand(membership)),
    });
  }
  const widest = paying ?? starter;
  add(`${INTRUDER}: new user, added to group ${widest.key}`, {
    kind: 'membership-added',
    names: [INTRUDER, widest.key],
    carryOut: async (iam) => {
      await iam.send(new CreateUserCommand({ UserName: INTRUDER, PermissionsBoundary: fullAccessArn }));
      await iam.send(new AddUserToGroupCommand({ UserName: INTRUDER, GroupName: iamName(lab, widest.key) }));
    },
  });
  add(`${newMember.name}: console password created`, {
    kind: 'console-password',
    names: [newMember.key],
    remediation: 'manual',
    changesAccess: false,
    carryOut: (iam) => iam.send(new CreateLoginProfileCommand({ UserName: user, Password: 'Correct-Horse-7' })),
  });
  add(`${OLD_USER}: new user outside the lab with ${fullAccess}`, {
    kind: 'unmanaged-user',
    names: [OLD_USER],
    remediation: 'manual',
    carryOut: async (iam) => {
      await iam.send(new CreateUserCommand({ UserName: OLD_USER }));
      await iam.send(new AttachUserPolicyCommand({ UserName: OLD_USER, PolicyArn: fullAccessArn }));
    },
  });
  return changes;
}

/** Whether a finding's ID, `membership-added/eve/paymaster/spends`, is that of a change. */
export function isFindingOf(id: string, { kind, names }: DemoChange): boolean {
  const [rule, ...segments] = id.split('/');
  return rule === kind && names.every((name) => segments.includes(name));
}
