import { applyAdoption } from '../../src/app/adopt/apply.ts';
import { finishAdoption } from '../../src/app/adopt/finish.ts';
import { undoAdoption } from '../../src/app/adopt/undo.ts';
import { noChanges } from '../../src/app/plan/plan.ts';
import { succeed } from '../../src/diagnostics/failure.ts';
import { ADOPTED_ACCOUNTS } from '../support/adopted-accounts.ts';
import {
  type AdoptionInTest,
  accessById,
  adoptionOf,
  givenById,
  NOON,
  watchAdoption,
} from '../support/adoption-in-test.ts';
import { ENGINE_TITLE, type LabInTest, orThrow, planned, withLab } from '../support/lab-in-test.ts';
import { comparableAccount, recordedObjects } from '../support/lab-in-test-account.ts';
import { SILENT } from '../support/silent-terminal.ts';

const yes = async () => succeed(null);

function apply(test: LabInTest, { adoption, team }: AdoptionInTest) {
  return applyAdoption(test.lab(team), adoption, SILENT, yes);
}

function finish(test: LabInTest, { adoption, team }: AdoptionInTest) {
  return finishAdoption(test.lab(team), adoption, { commit: null, deleteUnused: false }, SILENT, yes);
}

function undo(test: LabInTest, { adoption, team }: AdoptionInTest) {
  return undoAdoption(test.lab(team), adoption, yes);
}

test.each(ADOPTED_ACCOUNTS.filter(({ users }) => users.length < 100))(
  `$title: to the end, and undone (${ENGINE_TITLE})`,
  async (account) => {
    const adopted = await adoptionOf(account);
    const given = givenById(adopted);
    await withLab(adopted.memory, async (test) => {
      test.setClock(NOON.toISOString());
      const watch = watchAdoption(adopted.memory.account, given);
      test.listen((call) => watch.look(call, test.memory.account));
      orThrow(await apply(test, adopted));
      orThrow(await undo(test, adopted));
      expect(comparableAccount(test.memory.account, adopted.memory.account)).toEqual(
        comparableAccount(adopted.memory.account, adopted.memory.account),
      );
      expect(recordedObjects(test.memory)).toEqual([]);
      orThrow(await apply(test, adopted));
      orThrow(await finish(test, adopted));
      test.listen(null);
      const now = accessById(test.memory.account);
      expect([...given].map(([id]) => [id, now.get(id)])).toEqual([...given]);
      expect(watch.problems).toEqual([]);
      expect(noChanges(await planned(test.lab(adopted.team)))).toBe(true);
    });
  },
);
