import { ejectedProblems, teamsToEject } from '../__tests__/support/ejected-teams.ts';
import { applyPlan, initialize, planChanges } from '../src/terraform/run/commands.ts';
import { type Combination, titles } from './lifecycle-rows.ts';
import { FIRST_TEAM, TODAY } from './lifecycle-team.ts';
import type { Row } from './report.ts';
import { withRig } from './rigs.ts';
import { configurationOf, need, prepareRigWorkspace } from './run-lifecycle.ts';

/** The same teams on every machine. */
const SEED = 20_261_125;

/** What `eject` writes of the sample, the recorded teams and `random` others, planned after an apply of this program. */
export async function ejectRow(combination: Combination, random: number): Promise<Row> {
  const { account, provider, engine, directory } = combination;
  const teams = teamsToEject(random, SEED);
  const { problems } = await withRig(
    { account: account.start, provider: provider.choice, engine, directory },
    async (rig) => {
      const boundary = await prepareRigWorkspace(rig, 'bootstrap', await configurationOf(rig, 'bootstrap', FIRST_TEAM));
      need(await initialize(boundary));
      need(await applyPlan(boundary, need(await planChanges(boundary))));
      return ejectedProblems(teams, {
        today: TODAY,
        configure: rig.configure,
        workspace: (configuration) => prepareRigWorkspace(rig, 'team', configuration),
      });
    },
  );
  return {
    ...titles(combination),
    compared: `what \`eject\` writes of ${teams.length} teams, ${random} of them random: formatted, and plans nothing after an apply`,
    result: problems.length === 0 ? 'holds' : `${problems.length} unexpected`,
    onPurpose: [],
    problems,
    checks: teams.length,
  };
}
