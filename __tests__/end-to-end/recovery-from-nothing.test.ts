import { bootstrapped, ENGINE_TITLE } from '../support/lab-in-test.ts';
import { killingsOf, recoverFrom, report, undisturbed } from '../support/lab-in-test-recovery.ts';
import { sampleTeam } from '../support/sample-team.ts';

// Each call that writes is killed in one of its two phases; MTURK_TEAM_KILL=all kills each in both.
const EVERYTHING = process.env.MTURK_TEAM_KILL === 'all';

test(`an apply of the sample team that is killed at any call is finished by the next one (${ENGINE_TITLE})`, async () => {
  const reference = await undisturbed(await bootstrapped(), sampleTeam);
  expect(reference.calls.length).toBeGreaterThan(80);

  const recoveries = await recoverFrom(reference, killingsOf(reference, EVERYTHING));
  report('the first apply', recoveries);

  expect(recoveries.problems).toEqual([]);
  expect(recoveries.adopting).toBeGreaterThan(40);
  expect(recoveries.looks).toBeGreaterThan(recoveries.killed * 20);
}, 900_000);
