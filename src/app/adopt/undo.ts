import type { AccessModel } from '../../access/model.ts';
import type { Adoption } from '../../adopt/adoption.ts';
import { deniesAtRoles, isAt, madeSince, orderedMoves } from '../../adopt/progress.ts';
import type { UndoSteps } from '../../adopt/steps-text.ts';
import { adoptingTeams } from '../../adopt/transition.ts';
import { askAws } from '../../aws/client.ts';
import { fail, failedAfter, type Result, succeed } from '../../diagnostics/failure.ts';
import { type PolicyDocument, parsePolicyDocument } from '../../iam/document.ts';
import { deletePolicy } from '../../setup/bootstrap/destroy.ts';
import { rolePolicy } from '../../team/documents.ts';
import { iamName } from '../../team/names.ts';
import { forget, planChanges } from '../../terraform/run/commands.ts';
import { deleteGroups } from '../apply/own-calls.ts';
import type { LabSession } from '../session/lab-session.ts';
import { readRecord } from '../session/records.ts';
import { moveUsers } from './apply.ts';
import { type Agree, agreedMoves, checkUnchanged, lookAt, type OpenAdoption, unchangedOr } from './open.ts';

/**
 * Takes `adopt --apply` back: Terraform forgets everything first, because destroying a user would delete it with its keys. Then
 * groups and policies of the roles are deleted, and users get names and paths back. They never lost anything else.
 */
export async function undoAdoption(
  session: LabSession,
  adoption: Adoption,
  agree: Agree<UndoSteps>,
): Promise<Result<UndoSteps>> {
  const record = await readRecord(session.records);
  if (!record.ok) return record;
  if (record.value !== null) return fail('adoption-over', { ended: record.value.team !== null });
  const state = await readState(session, adoption);
  if (!state.ok) return state;
  const decided = await agreedMoves(() => decide(session, adoption, state.value.written), agree);
  if (!decided.ok) return decided;
  const { account, ...steps } = decided.value;
  const forgotten = await state.value.forget();
  if (!forgotten.ok) return forgotten;
  const deleted = await askAws(async () => {
    await deleteGroups(session.iam, steps.groups, account.access);
    for (const arn of steps.policies) await deletePolicy(session.iam, arn);
  });
  if (!deleted.ok) return failedAfter(deleted, 1, 1);
  const moved = await moveUsers(session, steps.moves);
  return moved.ok ? succeed(steps) : failedAfter(moved, 1, 1);
}

async function decide(
  session: LabSession,
  adoption: Adoption,
  written: ReadonlyMap<string, PolicyDocument | null>,
): Promise<Result<UndoSteps & Pick<OpenAdoption, 'account'>>> {
  const open = await lookAt(session, adoption);
  if (!open.ok) return open;
  const { account, people, record } = open.value;
  if (record !== null) return fail('adoption-over', { ended: record.team !== null });
  const made = new Set(written.keys());
  const unchanged = checkUnchanged(session, adoption, account, made);
  if (!unchanged.ok) return unchanged;
  const created = createdIn(session, adoption, account.access, made);
  const undenied = unchangedOr(deniesAtRoles(created, written, account.access));
  if (!undenied.ok) return undenied;
  const wanted = people.flatMap(({ user, now }) => (now === null || isAt(now, user) ? [] : [{ from: now, to: user }]));
  const { moves, taken } = orderedMoves(wanted, account.access.users);
  if (taken.length > 0) return fail('adoption-name-taken', { names: taken });
  return succeed({ ...created, moves, account });
}

/**
 * Names of what Terraform's state and the file have, with the documents of policies: as Terraform wrote them, or, where its state
 * does not know them (yet, or any more), as the file gives them. And how it forgets what it has.
 */
async function readState(session: LabSession, adoption: Adoption) {
  const workspace = await session.workspace('team', { ...session.team, roles: [], members: [] }, [], true);
  if (!workspace.ok) return workspace;
  const saved = await planChanges(workspace.value);
  if (!saved.ok) return saved;
  const { changes, drift } = saved.value.plan;
  const recorded = [...changes, ...drift].filter(({ change }) => change.before !== null);
  const addresses = [...new Set(recorded.map(({ address }) => address))];
  const { lab, roles, freeze } = adoptingTeams(session.team, adoption, session.today).written;
  const written = new Map(roles.map((role) => [iamName(lab, role.key), rolePolicy(role, freeze)]));
  for (const { change } of recorded) {
    const { name, policy = null } = change.before ?? {};
    // Drift, which follows, has what was written before someone changed it; a group has the name of its policy.
    if (policy !== null || !written.has(String(name))) written.set(String(name), parsePolicyDocument(String(policy)));
  }
  return succeed({ written, forget: () => forget(workspace.value, addresses) });
}

/** Groups and policies of these names under the lab's path, but those that `adopt` found there. */
function createdIn({ team }: LabSession, adoption: Adoption, access: AccessModel, names: ReadonlySet<string>) {
  const made = madeSince(adoption, team, access);
  return {
    groups: access.groups.flatMap(({ name }) => (names.has(name) && made.has(name) ? [name] : [])),
    policies: access.policies.flatMap(({ arn, name }) => (names.has(name) && made.has(arn) ? [arn] : [])),
  };
}
