import { iamName, keyOfIamName } from '../team/names.ts';
import { suggester } from '../team/suggest.ts';
import { activeOwners, comparable, isDeletionDue, type Member, type Team } from '../team/team.ts';
import { memberKeyOfAddress } from '../terraform/addresses.ts';
import type { Plan, ResourceChange } from '../terraform/plan.ts';
import { pasted } from '../text/escape.ts';
import { codeText, counted, listTexts, t, trusted } from '../text/text.ts';
import type { FileContext, GuardrailTable } from './guardrail.ts';

/** Which members, owners and access keys a change removes. */
export const MEMBER_GUARDRAILS = {
  // A plan cannot tell a line deleted by mistake from a member who left: `departed` tells them apart.
  'member-not-departed': {
    checkPlan: ({ plan, team, today, before }) => {
      const created = users(plan).filter(({ change }) => change.actions.join() === 'create');
      const renamed = renamer(
        before,
        team,
        created.map((change) => memberOf(change, team)),
      );
      return deletedUsers(plan).flatMap((change) => {
        const member = memberOf(change, team);
        return mayLeave(member, team, today)
          ? []
          : [{ member, user: userName(change), today, renamed: renamed(member) }];
      });
    },
    checkFiles: (context) => {
      const { before, after, today } = context;
      const known = new Set(before?.members.map(({ key }) => key));
      const renamed = renamer(
        before,
        after,
        after.members.map(({ key }) => key).filter((key) => !known.has(key)),
      );
      return leavingKeys(context)
        .filter((key) => !mayLeave(key, after, today))
        .map((member) => ({ member, user: iamName(after.lab, member), today, renamed: renamed(member) }));
    },
    problem: ({ member, user, today, renamed }) => ({
      summary: t`${codeText(member)} is missing from ${codeText('team.yaml')}`,
      reason: t`applying would delete IAM user ${codeText(user)} and its access keys`,
      ...(renamed === null
        ? {
            help: t`restore the member; if ${codeText(member)} left, add them to ${codeText('departed')}`,
            paste: ['departed:', `  ${member}: { left: "${today}", reason: left the lab }`],
          }
        : {
            help: t`keys must not change: if new member ${codeText(renamed)} is the same person, write ${codeText(member)} again; else add ${codeText(member)} to ${codeText('departed')}`,
          }),
    }),
  },
  'too-many-removals': {
    checkPlan: ({ plan, team }) =>
      overLimit(
        deletedUsers(plan).map((change) => memberOf(change, team)),
        team,
      ),
    checkFiles: (context) => overLimit(leavingKeys(context), context.after),
    problem: ({ count, limit, members }) => ({
      summary: t`${counted(count, 'member')} would be deleted; ${codeText('settings.max-removals')} allows ${limit}`,
      reason: t`to be deleted: ${listTexts(members.map(codeText))}`,
      help: t`if all of them leave, raise the limit in the same change`,
      paste: ['settings:', `  max-removals: ${count}`],
    }),
  },
  'member-replaced': {
    checkPlan: ({ plan, team }) =>
      users(plan)
        .filter(isReplaced)
        .map((change) => ({
          member: memberOf(change, team),
          user: userName(change),
          because: change.change.replacePaths.map((path) => (Array.isArray(path) ? path.join('.') : String(path))),
        })),
    problem: ({ member, user, because }) => ({
      summary: t`IAM user ${codeText(user)} would be replaced`,
      reason: t`${because.length === 0 ? trusted('') : t`${listTexts(because.map(codeText))} cannot be changed in place; `}access keys and MFA devices of ${codeText(member)} would be deleted`,
      help: t`run ${codeText('mturk-team plan --resources')} to see what changed; to give ${codeText(member)} a new user, move them to ${codeText('departed')}, apply, and add them again`,
    }),
  },
  // `limits` is created before it is destroyed; a replacement of the same name would destroy what was just created.
  'limits-replaced': {
    checkPlan: ({ plan, team }) =>
      plan.changes
        .filter((change) => change.type === 'aws_iam_user_policy' && isReplaced(change))
        .map(({ address, change }) => {
          const user = String(change.before?.user ?? change.after?.user ?? '');
          return { member: memberKeyOfAddress(address) ?? keyOfIamName(team.lab, user) ?? user, user, address };
        }),
    problem: ({ member, user, address }) => ({
      summary: t`inline policy ${codeText('limits')} of ${codeText(user)} would be replaced`,
      reason: t`the new one is deleted together with the old one, so ${codeText(member)} would have no last day and no suspension`,
      help: t`make a new plan; if it persists, the resource is marked as tainted in the state: remove the mark in the working directory`,
      paste: [`terraform untaint ${pasted(address)}`],
    }),
  },
  'no-owner-left': {
    // Members suspended during an apply are suspended in between only.
    appliesTo: { stack: 'team', phase: 'whole' },
    checkPlan: ({ plan, team, today, before }) =>
      ownerLeft(before, team, today, new Set(deletedUsers(plan).map((change) => memberOf(change, team)))),
    checkFiles: ({ before, after, today }) => ownerLeft(before, after, today),
    problem: ({ owners }) => ({
      summary: t`no owner would have access`,
      reason: t`only owners can approve the next change; they are ${listTexts(owners.map(codeText))}`,
      help: t`add another owner in the same change, or keep one; to stop all spending, set ${codeText('freeze: [spend]')}`,
    }),
  },
} satisfies Partial<GuardrailTable>;

/** The IAM name of a user that a change is about, the current one if there is one. */
export function userName({ change }: ResourceChange): string {
  return String(change.before?.name ?? change.after?.name ?? '');
}

export function users(plan: Plan): readonly ResourceChange[] {
  return plan.changes.filter(({ type }) => type === 'aws_iam_user');
}

/**
 * The new key that is probably a missing member's: of the same name, e-mail address or login; if the file before is not
 * known, one that is nearly the same.
 */
function renamer(before: Team | null, after: Team, newKeys: readonly string[]): (key: string) => string | null {
  const added = after.members.filter(({ key }) => newKeys.includes(key));
  const suggest = suggester();
  return (key) => {
    const was = before?.members.find((member) => member.key === key);
    if (was === undefined) return suggest(key, newKeys);
    return added.find((member) => isSamePerson(member, was))?.key ?? null;
  };
}

function isSamePerson(one: Member, other: Member): boolean {
  return (['name', 'email', 'github'] as const).some((field) => {
    const text = one[field];
    return text !== null && comparable(text) === comparable(other[field] ?? '');
  });
}

/** Whether a member departed, or is to be deleted because their last day passed long enough ago. */
function mayLeave(key: string, { departed, members, settings }: Team, today: string): boolean {
  const isDue = members.some((one) => one.key === key && isDeletionDue(one, settings, today));
  return isDue || departed.some((one) => one.key === key);
}

/** Once the last day of every owner has passed, no change can be what leaves none. */
function ownerLeft(before: Team | null, team: Team, today: string, deleted: ReadonlySet<string> = new Set()) {
  const left = activeOwners(team, today).filter((key) => !deleted.has(key));
  const wereNone = before !== null && activeOwners(before, today).length === 0;
  return left.length > 0 || wereNone ? [] : [{ owners: team.owners }];
}

function overLimit(members: readonly string[], { settings }: Team) {
  const limit = settings.maxRemovals;
  return members.length > limit ? [{ count: members.length, limit, members }] : [];
}

function leavingKeys({ before, after }: FileContext): readonly string[] {
  if (before === null) return [];
  const staying = new Set(after.members.map(({ key }) => key));
  return before.members.flatMap(({ key }) => (staying.has(key) ? [] : [key]));
}

/** The member whose user a change is about: by its address, else by its IAM name. */
function memberOf(change: ResourceChange, { lab }: Pick<Team, 'lab'>): string {
  const name = userName(change);
  return memberKeyOfAddress(change.address) ?? keyOfIamName(lab, name) ?? name;
}

function deletedUsers(plan: Plan): readonly ResourceChange[] {
  return users(plan).filter(({ change }) => change.actions.join() === 'delete');
}

/** Whether a resource is deleted and created again. */
export function isReplaced({ change: { actions } }: ResourceChange): boolean {
  return actions.includes('delete') && actions.includes('create');
}
