import type { TeamFindingArgs } from '../../diagnostics/team-codes.ts';
import { wording } from '../../text/finding-message.ts';
import { quoted, say } from '../../text/visible.ts';
import type { TeamWords } from './messages.ts';

type RoleCode = Extract<
  keyof TeamFindingArgs,
  | `${string}role-${string}`
  | 'unknown-role'
  | 'unused-role'
  | 'unknown-operation-name'
  | 'unknown-permission'
  | 'unknown-managed-policy'
  | 'deny-without-effect'
>;

/** About roles and what they allow. */
export const ROLE_WORDS: Pick<TeamWords, RoleCode> = {
  'unknown-role': ({ role, suggestion, known }) =>
    wording(
      'Unknown role',
      say`There is no role ${role}.`,
      areRoles(role.split(/\s+/), known)
        ? say`Put a comma between the roles: ${role.split(/\s+/).join(', ')}`
        : suggestion !== null
          ? say`Write ${suggestion}, or add ${role} to roles.`
          : known.length > 0 && known.length <= 8
            ? say`The roles are ${known.join(', ')}.`
            : say`Add ${role} to roles, or write the key of a role that is there.`,
    ),
  'role-circle': ({ circle }) =>
    wording(
      'Roles extend in a circle',
      circle.length === 2
        ? say`Role ${circle[0] ?? ''} extends itself, which adds nothing to it.`
        : `Roles extend each other in a circle: ${circleText(circle)}.`,
      say`Remove ${circle.at(-1) ?? ''} from this list, or break the circle at another place.`,
    ),
  'unknown-operation-name': ({ name, successors, capabilities, note }, { path }) => {
    const effect = path[2] === 'deny' ? 'denies' : 'grants';
    const aside = note === null ? '' : ` (${note})`;
    if (successors.length === 0) {
      return wording(
        'An operation that no longer exists',
        say`${name} was removed from the API without a successor; IAM accepts the old name and it ${effect} nothing.`,
        'Remove it.',
      );
    }
    return wording(
      'An operation that no longer exists',
      successors.length === 1 && note === null
        ? say`${name} was renamed ${successors[0] ?? ''} in 2017; IAM accepts the old name and it ${effect} nothing.`
        : say`${name} became ${successors.join(' and ')}${aside} in 2017; IAM accepts the old name and it ${effect} nothing.`,
      `Write ${successors.join(', ')}, or ${capabilities.join(', ')} for the whole ${capabilities.length === 1 ? 'capability' : 'capabilities'}.`,
    );
  },
  'unknown-permission': ({ name, suggestion }) =>
    wording(
      'Unknown permission',
      say`${name} is neither a capability nor an operation of MTurk, so it would have no effect.`,
      suggestion === null
        ? 'Write a capability such as results:read, an operation such as GetHIT, or "*" for everything.'
        : `Write ${suggestion}.`,
    ),
  'unknown-managed-policy': ({ name, suggestion }) =>
    wording(
      'Unknown managed policy',
      say`${name} is not one of AWS's two policies for MTurk.`,
      suggestion === null
        ? 'Write AmazonMechanicalTurkFullAccess or AmazonMechanicalTurkReadOnly, or list in allow what the role may do.'
        : `Write ${suggestion}.`,
    ),
  'role-grants-nothing': ({ role, because }) =>
    wording(
      'A role that grants nothing',
      because === 'nothing-allowed'
        ? say`Role ${role} allows nothing, so it makes no difference who has it.`
        : say`Role ${role} denies all that it allows, so it makes no difference who has it.`,
      because === 'nothing-allowed'
        ? 'Add allow: [results:read] or what it is for, or remove the role.'
        : 'Take out of deny what the role is for, or remove the role; to stop a person, write suspended: true.',
    ),
  'deny-without-effect': ({ role, name }) =>
    wording(
      'A deny without effect',
      say`Role ${role} allows nothing of ${name}, so denying it takes nothing away.`,
      'Remove it from deny, or correct the name that was meant.',
    ),
  'unused-role': ({ role }) =>
    wording('A role that nobody has', say`Nobody has role ${role}.`, 'Give it to a member, or remove it.'),
  'role-policy-too-long': ({ role, length, limit }) =>
    wording(
      'A policy too long for IAM',
      say`The policy of role ${role} has ${length} characters with everything frozen, and IAM takes ${limit}.`,
      'Split the role in two, and give members both.',
    ),
};

function areRoles(names: readonly string[], known: readonly string[]): boolean {
  return names.length > 1 && names.every((name) => known.includes(name));
}

/** A circle through thirty roles is not read; its ends are enough to find it. */
function circleText(circle: readonly string[]): string {
  const names = circle.length <= 8 ? circle : [...circle.slice(0, 5), '...', ...circle.slice(-2)];
  return names.map(quoted).join(' -> ');
}
