import {
  DeleteUserPolicyCommand,
  DetachUserPolicyCommand,
  PutUserPermissionsBoundaryCommand,
  PutUserPolicyCommand,
  RemoveUserFromGroupCommand,
} from '@aws-sdk/client-iam';
import type { AccessUser } from '../../access/model.ts';
import type { Adoption } from '../../adopt/adoption.ts';
import { type AdoptedNow, changesSince, isInLab, ofMembers, type Unused, unusedAfter } from '../../adopt/progress.ts';
import { adoptingTeams, beforeFinish, coverOf, unequalThroughRoles } from '../../adopt/transition.ts';
import { askAws } from '../../aws/client.ts';
import { fail, failedAfter, type Result, succeed } from '../../diagnostics/failure.ts';
import { deletePolicy } from '../../setup/bootstrap/destroy.ts';
import { appliedTeam } from '../../team/applied-team.ts';
import { boundaryArn, iamName, LIMITS_POLICY } from '../../team/names.ts';
import type { Team } from '../../team/team.ts';
import { applyPlanned, blocked, type CarryOutOptions } from '../apply/carry-out.ts';
import { deleteGroups } from '../apply/own-calls.ts';
import { planStack, type RuleOptions, type StackPlan } from '../plan/plan.ts';
import type { LabSession } from '../session/lab-session.ts';
import { changeRecord, isSameApply, withBegun } from '../session/records.ts';
import type { Terminal } from '../terminal.ts';
import {
  type Agree,
  checkAccepted,
  checkUnchanged,
  lookAt,
  lookAtMembers,
  lookUntil,
  type OpenAdoption,
} from './open.ts';

interface FinishOptions extends Pick<CarryOutOptions, 'commit' | 'onStart'> {
  /** Whether groups and policies that no one has any more are deleted. */
  readonly deleteUnused: boolean;
}

const NONE: Unused = { groups: [], policies: [] };

/**
 * Ends an adoption: the old access goes, once the roles alone give what the file gives, and the ordinary stack is applied. From
 * its first call on it cannot be undone; a second call goes on with one that was interrupted.
 */
export async function finishAdoption(
  session: LabSession,
  whole: Adoption,
  { deleteUnused, ...given }: FinishOptions,
  terminal: Terminal,
  agree: Agree<{ readonly planned: StackPlan; readonly people: readonly AdoptedNow[]; readonly unused: Unused }>,
): Promise<Result<{ readonly steps: number; readonly deleted: Unused }>> {
  const adoption = ofMembers(whole, session.team);
  const open = await lookWhenReady(session, whole);
  if (!open.ok) return open;
  const { record } = open.value;
  // What was accepted is the owners' answer: nothing of the file is withheld from these members.
  const rule: RuleOptions = { restore: new Set(open.value.people.map(({ user }) => user.key)) };
  const shown = await planStack(session, { rule, credentials: 'none' });
  if (!shown.ok) return shown;
  const unused = unusedAfter(adoption, open.value.account);
  const agreed = await agree({ planned: shown.value, people: open.value.people, unused });
  if (!agreed.ok) return agreed;
  if (shown.value.blocks.length > 0) return blocked(shown.value);
  // A question can stay open for hours: `restore` would accept a user who was created again meanwhile.
  const again = await lookWhenReady(session, whole);
  if (!again.ok) return again;
  const { people } = again.value;
  const begun = await changeRecord(session.records, (found) => {
    if (!isSameApply(found, record)) return null;
    const ids = Object.fromEntries(people.map(({ user }) => [iamName(session.team.lab, user.key), user.id]));
    const recorded = { ...found.ids, user: { ...found.ids.user, ...ids } };
    return { ...withBegun(found, appliedTeam(session.team, session.today), session.now()), ids: recorded };
  });
  if (!begun.ok) return begun;
  const cleared = await clearUsers(session, people);
  if (!cleared.ok) return failedAfter(cleared, 0, 1);
  const seen = await lookUntil(session, adoption, ({ people: all }) =>
    all.every((each) => isCleared(each, session.team)),
  );
  if (!seen.ok) return failedAfter(seen, cleared.value, 1);
  const planned = await planStack(session, { rule, credentials: 'none', record: begun.value });
  if (!planned.ok) return failedAfter(planned, cleared.value, 1);
  // Only now: with `restore`, the rule keeps no Deny that someone added before Terraform read the account.
  const now = await lookAt(session, adoption);
  if (!now.ok) return failedAfter(now, cleared.value, 1);
  const before = beforeFinish(adoption, now.value.account, session.team, begun.value.begun);
  const left = checkUnchanged(session, adoption, before);
  if (!left.ok) return failedAfter(left, cleared.value, 1);
  const options = { ...given, ownerIds: new Map(), workflow: false, isApproved: false };
  const applied = await applyPlanned(session, planned.value, options, terminal);
  if (!applied.ok) return failedAfter(applied, cleared.value, 1);
  const steps = cleared.value + applied.value;
  const deleted = deleteUnused ? await deleteUnusedOf(session, adoption) : succeed(NONE);
  return deleted.ok ? succeed({ steps, deleted: deleted.value }) : failedAfter(deleted, steps, 1);
}

async function lookWhenReady(session: LabSession, whole: Adoption): Promise<Result<OpenAdoption>> {
  const open = await lookAtMembers(session, whole);
  const ready = open.ok ? checkReady(session, open.value) : open;
  return ready.ok ? open : ready;
}

/** Whether each adopted user is where `adopt --apply` put it, and has through the roles alone what the file gives. */
function checkReady(session: LabSession, { adoption, account, people, record }: OpenAdoption): Result<null> {
  const { team, today, at } = session;
  if (record !== null && record.team !== null) return fail('adoption-over', { ended: true });
  const accepted = checkAccepted(session, adoption);
  if (!accepted.ok) return accepted;
  // What changed since it began is its own doing.
  const { begun = [] } = record ?? {};
  const before = beforeFinish(adoption, account, team, begun);
  const unchanged = checkUnchanged(session, adoption, before);
  if (!unchanged.ok) return unchanged;
  const left = people.filter((each) => !isInLab(each, team));
  if (left.length > 0) return fail('adoption-not-applied', { users: left.map(({ user }) => user.name) });
  const unequal = unequalThroughRoles(adoptingTeams(team, adoption, begun[0]?.day ?? today).written, before.access, at);
  return unequal.length === 0 ? succeed(null) : fail('adoption-unequal', { during: 'finish', people: unequal });
}

/** Takes from users what is not the lab's, under a Deny of all that the file does not give. How many users had any. */
function clearUsers(session: LabSession, people: readonly AdoptedNow[]): Promise<Result<number>> {
  const { team } = session;
  const roles = new Set(team.roles.map(({ key }) => iamName(team.lab, key)));
  const left = people.filter((each) => !isCleared(each, team) || others(each).length > 0);
  return askAws(async () => {
    for (const person of left) await clearUser(session, person, roles);
    return left.length;
  });
}

/** Inline policies that are not the lab's. */
function others({ now }: AdoptedNow): AccessUser['inline'] {
  return now?.inline.filter(({ name }) => name !== LIMITS_POLICY) ?? [];
}

/** Whether nothing is left of the old access but the one inline policy that covers it. */
function isCleared(person: AdoptedNow, team: Team): boolean {
  const { attached = [], groups = [], boundary } = person.now ?? {};
  const roles = new Set(team.roles.map(({ key }) => iamName(team.lab, key)));
  const isOfRoles = groups.every((group) => roles.has(group));
  return attached.length === 0 && isOfRoles && boundary === boundaryArn(team) && others(person).length <= 1;
}

async function clearUser(
  { iam, team, today, at }: LabSession,
  person: AdoptedNow,
  roles: ReadonlySet<string>,
): Promise<void> {
  if (person.now === null) return;
  const cover = coverOf(person.now, team, today, at);
  const { name: UserName, inline, attached, groups } = person.now;
  const put = (document: object) =>
    iam.send(new PutUserPolicyCommand({ UserName, PolicyName: cover.name, PolicyDocument: JSON.stringify(document) }));
  await put(cover.first);
  const PermissionsBoundary = boundaryArn(team);
  await iam.send(new PutUserPermissionsBoundaryCommand({ UserName, PermissionsBoundary }));
  for (const { name: PolicyName } of inline.filter(({ name }) => name !== cover.name && name !== LIMITS_POLICY)) {
    await iam.send(new DeleteUserPolicyCommand({ UserName, PolicyName }));
  }
  if (cover.first !== cover.document) await put(cover.document);
  for (const PolicyArn of attached) await iam.send(new DetachUserPolicyCommand({ UserName, PolicyArn }));
  for (const GroupName of groups.filter((group) => !roles.has(group))) {
    await iam.send(new RemoveUserFromGroupCommand({ UserName, GroupName }));
  }
}

/** Deletes what only adopted users had. What someone changed since `adopt` read it stays. */
async function deleteUnusedOf(session: LabSession, adoption: Adoption): Promise<Result<Unused>> {
  const open = await lookAt(session, adoption);
  if (!open.ok) return open;
  const changed = new Set(changesSince(adoption, session.team, open.value.account).map(({ name }) => name));
  const { groups, policies } = unusedAfter(adoption, open.value.account);
  const unused = {
    groups: groups.filter((name) => !changed.has(name)),
    policies: policies.filter((arn) => !changed.has(arn)),
  };
  return askAws(async () => {
    await deleteGroups(session.iam, unused.groups, open.value.account.access);
    for (const arn of unused.policies) await deletePolicy(session.iam, arn);
    return unused;
  });
}
