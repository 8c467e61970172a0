import type { IAMClient } from '@aws-sdk/client-iam';
import { desiredAccess } from '../../src/access/sources/desired.ts';
import { applyPlanned } from '../../src/app/apply/carry-out.ts';
import type { Team } from '../../src/team/team.ts';
import { applied, carriedOut, type LabMemory, orThrow, planned, TODAY, withLab } from './lab-in-test.ts';
import { SILENT } from './silent-terminal.ts';
import { accessAt, accessIn, watchAccess } from './transient-access.ts';

export interface Change {
  readonly before: Team;
  readonly after: Team;
  /** The day (`YYYY-MM-DD`) on which `before` was applied, where it was another one. */
  readonly beforeOn?: string;
  /** Manual changes in between. */
  readonly byHand?: (iam: IAMClient) => Promise<unknown>;
  /** Leaves the hold out: the engine alone orders the calls. */
  readonly holdNobody?: boolean;
}

export interface ChangeSeen {
  /** The keys of those who were held. */
  readonly held: readonly string[];
  readonly looks: number;
  readonly problems: readonly string[];
}

/** Applies one team and then another with the real engine, and checks the access of all users after each call that writes. */
export function seeChange(
  start: LabMemory,
  { before, after, beforeOn, byHand, holdNobody }: Change,
): Promise<ChangeSeen> {
  return withLab(start, async (test) => {
    const watchFirst = watchAccess(accessIn(start.account), desiredAccess(before, beforeOn ?? TODAY));
    test.listen((call) => watchFirst.look(call, test.memory.account));
    await applied(test.lab(before, { today: beforeOn ?? TODAY }));
    test.listen(null);
    await byHand?.(test.lab(after).iam);

    const lab = test.lab(after);
    const plan = await planned(lab);
    const wanted = desiredAccess(plan.ruled.team, TODAY);
    const watch = watchAccess(accessIn(test.memory.account), wanted);
    test.listen((call) => watch.look(call, test.memory.account));
    const carried = holdNobody === true ? { ...plan, suspendedDuringApply: [] } : plan;
    orThrow(await applyPlanned(lab, carried, carriedOut(), SILENT));
    test.listen(null);
    return {
      held: plan.suspendedDuringApply.map((name) => name.slice(`${after.lab}-`.length)),
      looks: watchFirst.looks + watch.looks,
      problems: [...watchFirst.problems, ...watch.problems, ...ending(accessIn(test.memory.account), wanted)],
    };
  });
}

function ending(have: Parameters<typeof accessAt>[0], want: Parameters<typeof accessAt>[0]): readonly string[] {
  const [mine, theirs] = [have, want].map((model) =>
    [...accessAt(model)].map(([user, allowed]) => `${user}: ${[...allowed].sort().join(' ')}`).sort(),
  );
  return JSON.stringify(mine) === JSON.stringify(theirs) ? [] : [`it ends in ${mine} and not in ${theirs}`];
}
