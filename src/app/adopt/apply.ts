import { UpdateUserCommand } from '@aws-sdk/client-iam';
import type { Adoption } from '../../adopt/adoption.ts';
import {
  isAt,
  isFull,
  isInLab,
  type Move,
  ofMembers,
  orderedMoves,
  placeInLab,
  takenFromRoles,
} from '../../adopt/progress.ts';
import type { AdoptionSteps } from '../../adopt/steps-text.ts';
import { type AdoptingTeams, adoptingTeams, changingAtOnce, unequalDuring } from '../../adopt/transition.ts';
import { askAws } from '../../aws/client.ts';
import { fail, failedAfter, type Result, succeed } from '../../diagnostics/failure.ts';
import { blocksOf } from '../../guardrails/guardrails.ts';
import type { Team } from '../../team/team.ts';
import { applyPlan, type CommandOptions } from '../../terraform/run/commands.ts';
import { withProgress } from '../../terraform/run/progress.ts';
import { blocked } from '../apply/carry-out.ts';
import { planImporting } from '../plan/plan.ts';
import type { LabSession } from '../session/lab-session.ts';
import type { Terminal } from '../terminal.ts';
import {
  type Agree,
  agreedMoves,
  checkAccepted,
  checkUnchanged,
  lookAtMembers,
  lookUntil,
  type OpenAdoption,
} from './open.ts';

/**
 * Moves the users of an adoption to their names and path in the lab, and imports them into roles under these names. All that
 * they have stays, and nothing is recorded: to be repeated after an interruption, and undone by `adopt --undo`.
 */
export async function applyAdoption(
  session: LabSession,
  whole: Adoption,
  terminal: Terminal,
  agree: Agree<AdoptionSteps>,
  onStart?: CommandOptions['onStart'],
): Promise<Result<{ readonly moved: number; readonly steps: number }>> {
  const adoption = ofMembers(whole, session.team);
  const decide = async () => {
    const open = await lookAtMembers(session, whole);
    return open.ok ? stepsOf(session, open.value) : open;
  };
  const decided = await agreedMoves(decide, agree);
  if (!decided.ok) return decided;
  const { teams, moves } = decided.value;
  const team = teams.written;
  const moved = await moveUsers(session, moves);
  if (!moved.ok) return moved;
  const seen = await lookUntil(session, adoption, ({ people }) => people.every((each) => isInLab(each, team)));
  if (!seen.ok) return failedAfter(seen, moved.value, 1);
  const imported = await importUsers(session, team, decide, terminal, onStart);
  if (!imported.ok) return failedAfter(imported, moved.value, 1);
  const steps = imported.value;
  const unequal = ({ account }: OpenAdoption) => unequalDuring(adoption, teams, account.access, session.at);
  const after = await lookUntil(session, adoption, (open) => unequal(open).length === 0);
  if (!after.ok) return failedAfter(after, moved.value + steps, 0);
  const people = unequal(after.value);
  return people.length === 0
    ? succeed({ moved: moved.value, steps })
    : fail('adoption-unequal', { during: 'apply', people });
}

/** The steps, if nothing speaks against them. */
function stepsOf(
  session: LabSession,
  { adoption, account, people, record }: OpenAdoption,
): Result<AdoptionSteps & { readonly teams: AdoptingTeams }> {
  if (record !== null) return fail('adoption-over', { ended: record.team !== null });
  const accepted = checkAccepted(session, adoption);
  if (!accepted.ok) return accepted;
  const unchanged = checkUnchanged(session, adoption, account);
  if (!unchanged.ok) return unchanged;
  const teams = adoptingTeams(session.team, adoption, session.today);
  const team = teams.written;
  const atOnce = changingAtOnce(adoption, teams, session.at);
  if (atOnce.gaining.length > 0) return fail('adoption-unequal', { during: 'plan', people: atOnce.gaining });
  const full = people
    .filter(({ user, now }) => now !== null && isFull(now, user.key, team))
    .map(({ user: { name } }) => name);
  if (full.length > 0) return fail('adoption-groups-full', { users: full });
  const wanted = people.flatMap(({ user, now }) => {
    const to = placeInLab(user, team);
    return now === null || isAt(now, to) ? [] : [{ from: now, to }];
  });
  const { moves, taken } = orderedMoves(wanted, account.access.users);
  const names = [...taken, ...takenFromRoles(team, adoption, account.access)];
  if (names.length > 0) return fail('adoption-name-taken', { names });
  return succeed({ teams, people, moves, losing: atOnce.losing });
}

/**
 * UpdateUser keeps policies, groups and the unique id: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_users_rename.html.
 * How many users were moved.
 */
export function moveUsers({ iam }: LabSession, moves: readonly Move[]): Promise<Result<number>> {
  return askAws(async () => {
    for (const { from, to } of moves) {
      const name = from.name === to.name ? {} : { NewUserName: to.name };
      const path = from.path === to.path ? {} : { NewPath: to.path };
      await iam.send(new UpdateUserCommand({ UserName: from.name, ...name, ...path }));
    }
    return moves.length;
  });
}

/** By the variant of the stack that takes nothing from a user. How many steps Terraform took. */
async function importUsers(
  session: LabSession,
  team: Team,
  decide: () => Promise<Result<unknown>>,
  terminal: Terminal,
  onStart: CommandOptions['onStart'],
): Promise<Result<number>> {
  const prepared = await session.workspace('team', team, [], true);
  if (!prepared.ok) return prepared;
  const planned = await planImporting(session, prepared.value);
  if (!planned.ok) return planned;
  const { saved, findings } = planned.value;
  const blocks = [...findings, ...blocksOf(saved.plan, team, session.today, 'team', 'adopting')];
  if (blocks.length > 0) return blocked({ blocks });
  // What someone took meanwhile would come back through the roles.
  const again = await decide();
  if (!again.ok) return again;
  const applied = await withProgress(terminal, (onEvent) => applyPlan(prepared.value, saved, { onStart, onEvent }));
  return applied.ok ? succeed(applied.value.done) : applied;
}
