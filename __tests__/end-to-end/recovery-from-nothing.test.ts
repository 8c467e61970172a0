import { sampleOf, testInTurn } from '../support/exhaustive.ts';
import { bootstrapped, ENGINE_TITLE } from '../support/lab-in-test.ts';
import { killsOf, recoverFrom, report, undisturbed } from '../support/lab-in-test-recovery.ts';
import { sampleTeam } from '../support/sample-team.ts';

const test = testInTurn(2);

test(`an apply of the sample team that is killed at any call is finished by the next apply (${ENGINE_TITLE})`, async () => {
  const reference = await undisturbed(await bootstrapped(), sampleTeam);
  expect(reference.calls.length).toBeGreaterThan(80);

  const recoveries = await recoverFrom(reference, sampleOf(killsOf(reference), 1));
  report('the first apply', recoveries);

  expect(recoveries.problems).toEqual([]);
  expect(recoveries.importing).toBeGreaterThanOrEqual(Math.floor(recoveries.killed / 4));
  expect(recoveries.checks).toBeGreaterThan(recoveries.killed * 20);
});
