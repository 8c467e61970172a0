import type { Block, BlockArgs, BlockCode } from '../diagnostics/block.ts';
import type { FindingText } from '../text/finding-message.ts';

/** A finding in words. */
export interface BlockWords {
  /** What is wrong, and the rule. */
  readonly problem: string;
  /** What to do; may hold lines to paste into team.yaml. */
  readonly remedy: string;
}

/** The words of every reason to refuse an apply. Nothing has been changed when one is told. */
export const BLOCK_TEXT: { readonly [Code in BlockCode]: (args: BlockArgs[Code]) => BlockWords } = {
  'too-many-removals': ({ count, limit, members }) => ({
    problem: `This would delete ${people(count)} (${members.join(', ')}), and settings.max-removals allows ${limit} at a time.`,
    remedy: `If all of them leave, raise the limit in the same change of team.yaml:\n\nsettings:\n  max-removals: ${count}`,
  }),
  'member-not-departed': ({ member, user, today }) => ({
    problem: `This would delete ${user} with all keys, but nothing in team.yaml says that ${member} has left: a line deleted by mistake looks the same.`,
    remedy: `Put the member back, or say below departed in team.yaml that ${member} has left:\n\ndeparted:\n  ${member}: { left: "${today}", reason: left the lab }`,
  }),
  'member-replaced': ({ member, user, because }) => ({
    problem: `This would delete ${user} and make it anew${because.length === 0 ? '' : ` because of ${because.join(', ')}`}: ${member} would lose all keys and MFA devices.`,
    remedy: `Find what changed with "mturk-team plan --resources". Where ${member} really is to start afresh, let ${member} leave (departed) and join again in two applies.`,
  }),
  'limits-replaced': ({ member, user, address }) => ({
    problem: `This would write the limits of ${user} anew and delete the old ones last; both have one name in IAM, so ${member} would be left without a last day or a suspension.`,
    remedy: `Somebody marked them as broken in the state, or the configuration is not the one that this team.yaml makes. Plan afresh; where it stays so, take the mark off in the workspace:\n\nterraform untaint '${address}'`,
  }),
  'lab-changed': ({ from, to }) => ({
    problem: `lab is "${to}" in team.yaml, and "${from}" on the account: the lab's name is part of every name and path in IAM, and changing it takes everybody's access away before it gives it back.`,
    remedy: `Write back:\n\nlab: ${from}\n\nTo move to "${to}" safely, start a second team file with lab: ${to} in a directory (and a state bucket) of its own, apply it, hand out new keys, and only then let everybody leave this one.`,
  }),
  'user-without-boundary': ({ user, boundary, wanted }) => ({
    problem: `${user} would be left ${boundary === null ? 'without a permissions boundary' : `under the boundary ${boundary}`}, and every user of the lab has ${wanted}.`,
    remedy: 'The configuration is not the one that this team.yaml makes: run "mturk-team synth" again and plan afresh.',
  }),
  'outside-managed-path': ({ address, what, managed }) => ({
    problem: `${address} would touch ${what}, and only what lies under ${managed} belongs to this lab.`,
    remedy: 'The configuration is not the one that this team.yaml makes: run "mturk-team synth" again and plan afresh.',
  }),
  'unmanaged-resource-type': ({ address, type }) => ({
    problem: `${address} is of the type ${type}, which this tool never manages: somebody added it to the configuration or the state.`,
    remedy: `Take it out of the configuration, and out of the state with "terraform state rm '${address}'", which leaves it on the account.`,
  }),
  'unknown-action': ({ address, actions }) => ({
    problem: `The engine plans "${actions.join(', ')}" for ${address}, and this version does not know what that does.`,
    remedy: 'Use an engine that this version was tested with (see the README), or a newer mturk-team.',
  }),
  'removed-from-state': ({ address }) => ({
    problem: `The engine would forget ${address}: the access would stay in force on the account, and nothing would watch it any more.`,
    remedy: 'Remove the "removed" block or the lifecycle setting that asks for it, and plan afresh.',
  }),
  'plan-incomplete': ({ because }) => ({
    problem: `The plan is not whole: ${INCOMPLETE[because]}. What it does not show cannot be reviewed.`,
    remedy: 'Plan afresh; where it stays so, run the engine by hand in the workspace to see why.',
  }),
  'sensitive-value': ({ address }) => ({
    problem: `${address} holds a value that is marked as secret, and this tool never puts a secret into the state.`,
    remedy: 'Take it out of the configuration; keys are handed over by a command of their own.',
  }),
  'unknown-value': ({ address, attributes }) => ({
    problem: `${attributes.join(' and ')} of ${address} would be known only after the apply, so nobody can say now who gets what.`,
    remedy: 'The configuration is not the one that this team.yaml makes: run "mturk-team synth" again and plan afresh.',
  }),
  'name-taken': ({ kind, name, owner, key }) => ({
    problem: `The ${kind} name ${name}, which ${key} needs, belongs to ${owner} already; IAM's names are unique in an account, whatever their path and case.`,
    remedy: `Rename or delete that ${kind} if nobody needs it, or give ${key} another id in team.yaml.`,
  }),
  'unexpected-group-members': ({ group, role, users }) => ({
    problem: `${users.join(' and ')} ${users.length === 1 ? 'is' : 'are'} in group ${group} already, but team.yaml does not give ${users.length === 1 ? 'that user' : 'those users'} the role ${role}: applying would let them do what it allows.`,
    remedy: `Give the role in team.yaml, or take them out of the group:\n\n${users
      .map((user) => `aws iam remove-user-from-group --group-name ${group} --user-name ${user}`)
      .join('\n')}`,
  }),
  'no-owner-left': ({ owners }) => ({
    problem: `Of the owners (${owners.join(', ')}) nobody would be left with access, and without one nobody can approve the next change.`,
    remedy:
      'Name somebody else under owners in the same change, or leave one of them as they are. To stop everybody at once, write freeze: [spend].',
  }),
  'trust-changed': ({ address, what }) => ({
    problem: `${address} would change ${TRUST[what]}: what the lab, or whoever applies its file, may do at all is not decided by team.yaml.`,
    remedy:
      'Take it out of the configuration. An administrator changes it by hand, the boundary with:\n\nmturk-team apply --bootstrap',
  }),
  'boundary-missing': ({ arn }) => ({
    problem: `The permissions boundary ${arn} does not exist, and no user is created without it.`,
    remedy: 'An administrator creates it once:\n\nmturk-team apply --bootstrap',
  }),
};

const INCOMPLETE: Readonly<Record<BlockArgs['plan-incomplete']['because'], string>> = {
  errored: 'the engine met an error while planning',
  deferred: 'the engine put some changes off to a later run',
  actions: 'it would run actions besides changing resources',
  partial: 'the engine says that applying it would leave something out',
};

const TRUST: Readonly<Record<BlockArgs['trust-changed']['what'], string>> = {
  boundary: 'a permissions boundary',
  role: 'an IAM role',
  provider: 'an identity provider',
  account: 'a setting of the whole account',
};

function people(count: number): string {
  return count === 1 ? '1 member' : `${count} members`;
}

/** The text of a block; its title is its code in words. */
export function blockText(block: Block): FindingText {
  // TypeScript cannot see that code and arguments are of one member of the union.
  const words = BLOCK_TEXT[block.code] as (args: Block['args']) => BlockWords;
  const title = block.code.replaceAll('-', ' ');
  return { title: title.charAt(0).toUpperCase() + title.slice(1), ...words(block.args) };
}
